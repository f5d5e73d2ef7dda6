package io.qbull.model.why;

import io.qbull.model.Resize;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Jobs wait for those that other partitions, or their own one, are about to move because the queue is resized: these were added before.
 *
 * @param resize the resize
 * @param awaited old partitions that must move their jobs first, in ascending order; at least one
 */
public record ResizeBarrier(Resize resize, List<Integer> awaited) implements Cause {
    /** Copies the list. */
    public ResizeBarrier {
        awaited = List.copyOf(awaited);
    }

    @Override
    public String sentence() {
        boolean one = awaited.size() == 1;
        return "its jobs wait until partition" + (one ? " " : "s ")
                + awaited.stream().map(String::valueOf).collect(Collectors.joining(", "))
                + (one ? " has" : " have") + " moved what leaves for the resize from " + resize.from() + " to "
                + resize.to() + " partitions";
    }

    @Override
    public String advice() {
        return "./qbull why with --partition " + awaited.get(0) + " says what keeps that partition from it.";
    }
}
