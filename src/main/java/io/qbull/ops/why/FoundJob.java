package io.qbull.ops.why;

import io.qbull.model.DeadLetter;
import io.qbull.model.PartitionId;
import io.qbull.model.Segment;
import io.qbull.store.Examiner.JobView;
import java.time.Duration;

/** A job, and where it is. */
public sealed interface FoundJob {
    /**
     * @return its partition
     */
    PartitionId partition();

    /**
     * @return the job
     */
    JobView job();

    /**
     * @return such as {@code stream}
     */
    String where();

    /**
     * In the log: in the partition's own stream, or among the jobs that have moved there by a resize and run before that.
     *
     * @param partition its partition
     * @param job the job
     * @param before how many jobs of the log stand before it
     */
    record InStream(PartitionId partition, JobView job, long before) implements FoundJob {
        @Override
        public String where() {
            return segment().own() ? "stream" : "moved";
        }

        /**
         * @return where in the log it is; tells from which partition it has moved
         */
        Segment segment() {
            return job.entry().segment();
        }
    }

    /**
     * Behind a failed job of its key, or that job itself.
     *
     * @param partition its partition
     * @param job the job
     * @param before how many jobs of its key stand before it; -1 if that is not known
     */
    record Held(PartitionId partition, JobView job, long before) implements FoundJob {
        @Override
        public String where() {
            return "held";
        }
    }

    /**
     * Not due yet.
     *
     * @param partition its partition
     * @param job the job
     * @param dueIn time until it is
     */
    record Delayed(PartitionId partition, JobView job, Duration dueIn) implements FoundJob {
        @Override
        public String where() {
            return "delayed";
        }
    }

    /**
     * Given up.
     *
     * @param partition its partition
     * @param job the job
     * @param attempts how often it ran; 0 if that is not known
     * @param reason why it was given up
     */
    record Dead(PartitionId partition, JobView job, int attempts, String reason) implements FoundJob {
        static Dead of(PartitionId partition, JobView job, DeadLetter letter) {
            Integer attempts = letter.burial().attempts();
            String reason = letter.burial().reason();
            return new Dead(partition, job, attempts == null ? 0 : attempts, reason == null ? "unknown" : reason);
        }

        @Override
        public String where() {
            return "dead";
        }
    }

    /** Time until a delayed job is due. */
    static Duration dueIn(JobView job, long nowMillis) {
        return Duration.ofMillis(Math.max(0, job.atMillis() - nowMillis));
    }
}
