package io.qbull.model.why;

import io.qbull.model.Resize;
import java.util.Collection;
import java.util.List;

/**
 * The queue is being resized: jobs of keys that move wait for what was added before them.
 *
 * @param resize the resize
 * @param unmoved old partitions that have not moved, in ascending order
 */
public record Resizing(Resize resize, List<Integer> unmoved) implements Cause {
    /** Copies the list. */
    public Resizing {
        unmoved = List.copyOf(unmoved);
    }

    /**
     * @param resize a resize
     * @param unmoved old partitions that have not moved
     * @return the cause
     */
    public static Resizing of(Resize resize, Collection<Integer> unmoved) {
        return new Resizing(resize, unmoved.stream().sorted().toList());
    }

    @Override
    public String sentence() {
        return "the queue is resized from " + resize.from() + " to " + resize.to() + " partitions, and "
                + (resize.from() - unmoved.size()) + " of the " + resize.from() + " old ones have moved their jobs";
    }

    @Override
    public String advice() {
        return "Pods finish it by themselves; ./qbull resize with --partitions " + resize.to()
                + " shows what it waits for.";
    }
}
