package io.qbull.engine;

import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntConsumer;

/**
 * Partitions on which a job still runs that an earlier session stopped waiting for. If this pod took such a partition at once, the
 * job would run twice at the same time in one process. On the event loop.
 */
final class AbandonedJobs {
    private final Set<Integer> partitions = new TreeSet<>();
    private final IntConsumer ended;

    /**
     * @param ended told when the job of a partition has ended
     */
    AbandonedJobs(IntConsumer ended) {
        this.ended = ended;
    }

    Set<Integer> partitions() {
        return Set.copyOf(partitions);
    }

    void add(int index) {
        partitions.add(index);
    }

    void ended(int index) {
        partitions.remove(index);
        ended.accept(index);
    }
}
