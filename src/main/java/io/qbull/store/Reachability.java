package io.qbull.store;

import org.jspecify.annotations.Nullable;

/**
 * Whether Redis answers. Every sender of commands for a queue reports here whether they were answered. A subject
 * without an answer counts as unreachable until it gets one. Reports come on the event loop; {@link #problem} may be asked on
 * any thread.
 */
public interface Reachability {
    /**
     * @param subject what the answered command was about; any answer counts
     */
    void answered(Subject subject);

    /**
     * @param subject what the command without an answer was about; its sender repeats it
     * @param failure why; null if unknown
     */
    void unanswered(Subject subject, @Nullable Throwable failure);

    /**
     * @return one line for people; empty while every command is answered
     */
    String problem();

    /** What a command is about. */
    enum Matter {
        /** The layout and the pods of the queue. */
        QUEUE,
        /** What people have paused in the queue. */
        PAUSES,
        /** The lease of a partition. */
        LEASE,
        /** The jobs of a partition. */
        JOBS
    }

    /**
     * What a command is about, and of which partition.
     *
     * @param matter the matter
     * @param partition index of the partition; 0 if it is about the queue
     */
    record Subject(Matter matter, int partition) {
        /** The queue itself. */
        public static final Subject QUEUE = new Subject(Matter.QUEUE, 0);

        /** What is paused in it. */
        public static final Subject PAUSES = new Subject(Matter.PAUSES, 0);

        /**
         * @param partition index of a partition
         * @return its lease
         */
        public static Subject lease(int partition) {
            return new Subject(Matter.LEASE, partition);
        }

        /**
         * @param partition index of a partition
         * @return its jobs
         */
        public static Subject jobs(int partition) {
            return new Subject(Matter.JOBS, partition);
        }
    }
}
