package io.qbull.ops.why;

import io.qbull.store.Examiner.JobView;
import io.qbull.store.HeldKeyTable.HeldKey;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What is asked about in a partition, and where that is. */
sealed interface Subject {
    /** The partition as a whole. */
    record Whole() implements Subject {}

    /**
     * A job in the stream.
     *
     * @param job the job
     * @param key its key if that is held: then the job waits behind the held ones; else null
     * @param before how many entries stand before it; of its key alone if that is held
     */
    record InStream(JobView job, @Nullable HeldKey key, long before) implements Subject {}

    /**
     * A held job.
     *
     * @param job the job
     * @param key its key; null if it is held no longer
     * @param before how many jobs of its key stand before it
     */
    record Held(JobView job, @Nullable HeldKey key, long before) implements Subject {}

    /**
     * A delayed job.
     *
     * @param job the job
     * @param dueIn time until it is due; zero if its owner has not seen yet that it is
     */
    record Delayed(JobView job, Duration dueIn) implements Subject {
        boolean isDue() {
            return dueIn.isZero();
        }
    }

    /**
     * A dead letter.
     *
     * @param job the job
     * @param attempts how often it ran; 0 if that is not known
     * @param reason why it was given up
     */
    record Dead(JobView job, int attempts, String reason) implements Subject {}

    /**
     * A job that was added and is nowhere.
     *
     * @param id its id
     */
    record Gone(String id) implements Subject {}

    /**
     * Nothing is known of it.
     *
     * @param what such as {@code job J}
     * @param more whether not everything could be looked at
     */
    record Nowhere(String what, boolean more) implements Subject {}
}
