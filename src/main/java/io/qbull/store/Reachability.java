package io.qbull.store;

import org.jspecify.annotations.Nullable;

/**
 * Whether Redis answers. Everybody who sends commands for a queue reports here how they end; whoever wants to know asks here. A
 * subject that got no answer counts as unreachable until it gets one. Reports come on the event loop; {@link #problem} may be asked on
 * any thread.
 */
public interface Reachability {
    /**
     * @param subject about which a command was answered, by whatever answer
     */
    void answered(Subject subject);

    /**
     * @param subject about which a command got no answer; its sender repeats it
     * @param failure why; null if nothing is known
     */
    void unanswered(Subject subject, @Nullable Throwable failure);

    /**
     * @return one line for a person; empty while everything is answered
     */
    String problem();

    /** What a command is about. */
    enum Matter {
        /** The layout and the pods of the queue. */
        QUEUE,
        /** The lease of a partition. */
        LEASE,
        /** The jobs of a partition. */
        JOBS
    }

    /**
     * @param matter what a command is about
     * @param partition of which partition; 0 if it is about the queue
     */
    record Subject(Matter matter, int partition) {
        /** The queue itself. */
        public static final Subject QUEUE = new Subject(Matter.QUEUE, 0);

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
