package io.qbull.ops.resize;

import io.qbull.resize.ResizePlan;
import io.qbull.resize.ResizeStatus;
import io.qbull.store.ResizeTable.PartitionState;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How fast a resize goes, by what somebody who follows it has seen. What stays in an old partition is taken for a part of what was there
 * at first, as keys are spread evenly.
 */
public final class ResizeMeter {
    private final ResizePlan plan;
    /** Jobs that stay, of each partition that had not moved. */
    private final Map<Integer, Double> staying = new HashMap<>();

    private final long first;

    /**
     * @param plan the resize
     * @param status what was seen first
     */
    public ResizeMeter(ResizePlan plan, ResizeStatus status) {
        this.plan = plan;
        status.unmoved().forEach(index -> staying.put(index, jobs(status, index) * (1 - plan.shareLeaving(index))));
        this.first = left(status);
    }

    /**
     * What was measured.
     *
     * @param moved how many partitions have moved
     * @param left how many jobs are left to move
     * @param rate moved jobs a second
     * @param eta how long that will take; null if nothing moves
     */
    public record Reading(
            int moved, long left, long rate, @Nullable Duration eta) {}

    /**
     * @param now what is seen now
     * @param since the first look
     * @return what follows from both
     */
    public Reading read(ResizeStatus now, Duration since) {
        long left = left(now);
        int moved = plan.resize().from() - now.unmoved().size();
        double seconds = since.toNanos() / 1e9;
        double rate = seconds <= 0 ? 0 : Math.max(0, first - left) / seconds;
        Duration eta = rate <= 0 ? null : Duration.ofMillis(Math.round(1000 * left / rate));
        return new Reading(moved, left, Math.round(rate), eta);
    }

    private long left(ResizeStatus status) {
        return Math.round(status.unmoved().stream()
                .mapToDouble(index -> Math.max(0, jobs(status, index) - staying.getOrDefault(index, 0.0)))
                .sum());
    }

    /** Without what has come by this resize, and without the marker, which every old partition has got. */
    private long jobs(ResizeStatus status, int index) {
        PartitionState state = status.partitions().get(index);
        long arrived = state.segments().entrySet().stream()
                .filter(each -> each.getKey().version() >= plan.version())
                .mapToLong(Map.Entry::getValue)
                .sum();
        return Math.max(0, state.jobs() - arrived - 1);
    }
}
