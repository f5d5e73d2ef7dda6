package io.qbull.store;

import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The steps in which a queue is deleted: mark it, wipe each partition, finish. Each may be repeated. While the mark is there, {@link
 * LayoutTable#createIfAbsent} fails, so no pod puts back what is gone.
 */
public interface DeletionTable {
    /**
     * @param queue a queue
     * @return what it has besides the jobs of its partitions
     */
    CompletionStage<Belongings> belongings(QueueName queue);

    /**
     * Marks a queue that is drained.
     *
     * @param queue a queue
     * @return what became of it
     */
    CompletionStage<Mark> mark(QueueName queue);

    /**
     * Takes the mark away. Pods put back what partitions have lost.
     *
     * @param queue a queue
     * @return completes when the queue has no mark
     */
    CompletionStage<Void> unmark(QueueName queue);

    /**
     * Deletes a partition, which then takes no jobs.
     *
     * @param partition a partition of a queue that is marked
     * @param jobs whether its jobs are deleted; else it stays as it is if it has any
     * @return what became of it
     */
    CompletionStage<Wipe> wipe(PartitionId partition, boolean jobs);

    /**
     * Deletes the rest of a queue, and the mark at last.
     *
     * @param queue a queue that is marked and has no partitions any more
     * @return completes when it is gone
     */
    CompletionStage<Void> finish(QueueName queue);

    /**
     * What a queue has besides the jobs of its partitions.
     *
     * @param partitions how many partitions it has or has had in any layout that is remembered or to come; 0 = there is no such queue
     * @param windows number of collection windows, open ones and closed ones that are not sent on yet
     * @param files number of unfinished files
     * @param pods the pods that consume it
     */
    record Belongings(int partitions, long windows, long files, List<String> pods) {
        /** Copies the list. */
        public Belongings {
            pods = List.copyOf(pods);
        }
    }

    /** The result of {@link #mark}. */
    enum Mark {
        /** It is marked, now or before. */
        DONE,
        /** There is no such queue. */
        ABSENT,
        /** It takes new jobs. */
        NOT_DRAINED
    }

    /** The result of {@link #wipe}. */
    sealed interface Wipe {
        /**
         * The partition is gone.
         *
         * @param jobs how many jobs it had
         */
        record Gone(long jobs) implements Wipe {}

        /**
         * It stays: a pod owns it.
         *
         * @param pod the owner
         */
        record Owned(String pod) implements Wipe {}

        /**
         * It stays: it has jobs.
         *
         * @param jobs how many
         */
        record HasJobs(long jobs) implements Wipe {}
    }
}
