package io.qbull.model.why;

import io.qbull.model.Printable;

/** What Redis itself refuses. */
public sealed interface StoreCause extends Cause {
    /** The longest error in a sentence. */
    int LONGEST = 300;

    /**
     * Redis does not answer.
     *
     * @param detail says so, and which server
     */
    record RedisAway(String detail) implements StoreCause {
        @Override
        public String sentence() {
            return Printable.of(detail, LONGEST);
        }

        @Override
        public String advice() {
            return "See whether it runs, and the network; all pods go on by themselves when it answers.";
        }
    }

    /**
     * Redis takes no writes.
     *
     * @param why such as {@code it is a replica}
     */
    record RedisReadOnly(String why) implements StoreCause {
        @Override
        public String sentence() {
            return "Redis takes no writes: " + why;
        }

        @Override
        public String advice() {
            return "Point REDIS_URL at the primary, or mend its disk; nothing runs until then.";
        }
    }

    /**
     * Redis has no memory left for new jobs.
     *
     * @param used bytes
     * @param limit bytes
     */
    record RedisFull(long used, long limit) implements StoreCause {
        private static final long MEGABYTE = 1024L * 1024;

        @Override
        public String sentence() {
            return "Redis is full (" + used / MEGABYTE + " of " + limit / MEGABYTE
                    + " MB): new jobs are refused, while those in the queue still run";
        }

        @Override
        public String advice() {
            return "Let queues drain, drop dead letters, or raise maxmemory.";
        }
    }

    /**
     * A partition cannot be read.
     *
     * @param error names the key
     */
    record Unreadable(String error) implements StoreCause {
        @Override
        public String sentence() {
            return "the partition cannot be read: " + Printable.of(error, LONGEST);
        }

        @Override
        public String advice() {
            return "Rename or delete that key, or grant the right.";
        }
    }
}
