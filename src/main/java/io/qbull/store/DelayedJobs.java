package io.qbull.store;

import io.qbull.model.Lease;
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
