package io.qbull.resize.search;

import io.qbull.model.LogPart;
import io.qbull.resize.PartitionMove;
import io.qbull.resize.ResizePlan;
import io.qbull.resize.search.Item.Stored;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a pod knows of a partition.
 *
 * @param pod the pod
 * @param partition index of the partition
 * @param epoch of its lease; 0 if it has none
 * @param started the newest layout version of which it knows that its jobs may run
 * @param frozen the resize for which it touches nothing of keys that leave; null if it knows of none
 * @param runs jobs that it works on
 * @param move what it moves; null if nothing
 */
record Owner(
        int pod,
        int partition,
        int epoch,
        int started,
        @Nullable ResizePlan frozen,
        List<Run> runs,
        @Nullable PartitionMove<Item.OfJob> move) {
    /** What becomes of a job. */
    enum State {
        RUNNING,
        /** It has succeeded, and its commit is not answered. */
        DONE,
        /** It has failed, and that is not on record. */
        FAILED,
        /** It does not run: a script that unpacks it is not answered. */
        UNPACKING
    }

    /**
     * A job in the hands of an owner.
     *
     * @param job the job
     * @param part where it is
     * @param entry its entry there; null for a held job
     * @param state what becomes of it
     */
    record Run(int job, LogPart part, @Nullable Stored entry, State state) {
        Run in(State next) {
            return new Run(job, part, entry, next);
        }

        boolean held() {
            return part.equals(LogPart.HELD);
        }
    }

    static Owner none(int pod, int partition) {
        return new Owner(pod, partition, 0, 0, null, List.of(), null);
    }

    boolean owns() {
        return epoch > 0;
    }

    boolean moving() {
        return move != null;
    }

    Owner knows(int version, @Nullable ResizePlan resize) {
        return new Owner(pod, partition, epoch, version, resize, runs, move);
    }

    Owner with(List<Run> next) {
        return new Owner(pod, partition, epoch, started, frozen, next, move);
    }

    Owner moving(@Nullable PartitionMove<Item.OfJob> next) {
        return new Owner(pod, partition, epoch, started, frozen, runs, next);
    }

    @Override
    public String toString() {
        return "pod" + pod + "/p" + partition;
    }
}
