package io.qbull.store;

import io.qbull.model.JobId;
import io.qbull.model.Lease;
import io.qbull.model.PartitionId;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Jobs that are not due yet. */
public interface DelayedJobs {
    /**
     * Moves jobs that are due to the end of the stream, ordered by due time. Moves none while the partition waits for a resize to start.
     * Safe to repeat, and safe when it runs late.
     *
     * @param lease the owner's lease
     * @param most the largest number of jobs to move, 1 or more
     * @param mostBytes bytes after which no further job is moved; the first due job is always moved
     * @return how many were moved, or fenced
     */
    CompletionStage<Promotion> promote(Lease lease, int most, int mostBytes);

    /**
     * Deletes the delayed jobs with an id and a key. Needs no lease. Safe to repeat; a repeat finds none.
     *
     * @param partition the partition of the key
     * @param version version of the layout by which it is
     * @param key key of the jobs; jobs with the same id and another key stay
     * @param id id of the jobs, which can be added again afterwards
     * @return how many were deleted, when no partition knows the id any more; fails with {@link StoreException.Unavailable} while the partition takes jobs by another layout or waits
     *     for a resize to start: the jobs may be on their way
     */
    CompletionStage<Long> cancel(PartitionId partition, int version, String key, JobId id);

    /** The result of {@link #promote}. */
    sealed interface Promotion extends OwnerAnswer {
        /**
         * @param count number of jobs moved
         * @param dueIn time until the next job is due; null if there is none
         */
        record Promoted(int count, @Nullable Duration dueIn) implements Promotion {}

        /** The lease has ended. */
        record Fenced() implements Promotion {}

        @Override
        default boolean fenced() {
            return this instanceof Fenced;
        }
    }
}
