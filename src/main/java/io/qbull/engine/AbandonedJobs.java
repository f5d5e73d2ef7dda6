package io.qbull.engine;

import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntConsumer;

/**
 * Partitions on which a job still runs that an earlier stretch of consuming gave up waiting for. Taken again at once, such a job
 * would run twice at the same time in one process. On the event loop.
 */
final class AbandonedJobs {
    private final Set<Integer> running = new TreeSet<>();
    private final IntConsumer gone;

    /**
     * @param gone told when the job of a partition has ended
     */
    AbandonedJobs(IntConsumer gone) {
        this.gone = gone;
    }

    Set<Integer> partitions() {
        return Set.copyOf(running);
    }

    void add(int index) {
        running.add(index);
    }

    void ended(int index) {
        running.remove(index);
        gone.accept(index);
    }
}
