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
     * Moves jobs that are due to the end of the stream, in the order in which they are due. Safe to repeat, and late.
     *
     * @param lease the owner's lease
     * @param most the most jobs, 1 or more
     * @param mostBytes after this many bytes no further job is moved; one is always moved if it is due
     * @return how many, or fenced
     */
    CompletionStage<Promotion> promote(Lease lease, int most, int mostBytes);

    /**
     * Removes the jobs with an id and a key that are not due yet. Needs no lease. Safe to repeat; the repeat finds none.
     *
     * @param partition where
     * @param key of the jobs; those of another key stay
     * @param id of the jobs, which is taken again afterwards
     * @return how many were removed
     */
    CompletionStage<Long> cancel(PartitionId partition, String key, JobId id);

    /** The end of a {@link #promote}. */
    sealed interface Promotion extends OwnerAnswer {
        /**
         * @param count jobs moved
         * @param dueIn until the next one is due; null if there is none
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
