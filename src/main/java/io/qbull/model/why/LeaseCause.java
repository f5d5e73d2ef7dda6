package io.qbull.model.why;

import io.qbull.model.DurationText;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Why a partition has no owner, or is about to have none. */
public sealed interface LeaseCause extends Cause {
    /** No pod consumes the queue. */
    record NoConsumer() implements LeaseCause {
        @Override
        public String sentence() {
            return "no pod consumes this queue";
        }

        @Override
        public String advice() {
            return "Start a pod with a route from this queue, such as ./qbull up.";
        }
    }

    /**
     * The partition has no owner, and some pod may take it.
     *
     * @param before how the last lease ended
     * @param by who takes it, such as {@code pod a}
     */
    record NoOwner(Ended before, String by) implements LeaseCause {
        @Override
        public String sentence() {
            return before.text() + ", and " + by + " takes the partition next";
        }

        @Override
        public String advice() {
            return "Nothing, unless it lasts: then look into the log of that pod.";
        }
    }

    /**
     * The partition has no owner, and no pod may take it.
     *
     * @param before how the last lease ended
     * @param pods how many pods consume the queue
     * @param most how many partitions they may own together
     */
    record NoCapacity(Ended before, int pods, long most) implements LeaseCause {
        @Override
        public String sentence() {
            return before.text() + ", and " + (pods == 1 ? "the only pod owns" : "all " + pods + " pods own")
                    + " as many partitions as " + (pods == 1 ? "it" : "they") + " may (" + most + ")";
        }

        @Override
        public String advice() {
            return "Start another pod, or raise maxPartitionsPerPod.";
        }
    }

    /**
     * The lease lives, but its owner has missed a renewal.
     *
     * @param pod the owner
     * @param silent since its last renewal
     * @param left until the lease expires
     */
    record NotRenewed(String pod, Duration silent, Duration left) implements LeaseCause {
        @Override
        public String sentence() {
            return "pod " + pod + " owns the partition but has not renewed its lease for " + DurationText.of(silent)
                    + ", and another pod can take it in " + DurationText.of(left);
        }

        @Override
        public String advice() {
            return "Nothing: the partition gets another owner by itself. See whether that pod is alive and reaches Redis.";
        }
    }

    /** The lease is lost whenever it is acquired. */
    record LostAgain() implements LeaseCause {
        @Override
        public String sentence() {
            return "its lease is lost whenever it is acquired";
        }

        @Override
        public String advice() {
            return "See whether Redis is slow, or leaseTtl too short for it.";
        }
    }

    /**
     * How the last lease of a partition ended.
     *
     * @param pod its owner; null if there was none
     * @param ago how long ago it expired; null if it was released
     */
    record Ended(@Nullable String pod, @Nullable Duration ago) {
        String text() {
            if (pod == null) {
                return "the partition never had an owner";
            }
            return ago == null
                    ? "the partition has no owner since pod " + pod + " gave it up"
                    : "the lease of pod " + pod + " expired " + DurationText.of(ago) + " ago";
        }
    }
}
