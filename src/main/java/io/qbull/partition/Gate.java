package io.qbull.partition;

/**
 * Keeps jobs of a partition from starting: all of them, or those of some keys, which others pass meanwhile. What runs goes on, and its
 * end is put on record. A gate never changes: another one takes its place, see {@link PartitionPump#gate}.
 *
 * <p>Entries of keys that a gate shuts stay in the stream and count in the {@link StartWindow}. So as not to hold others up, a gate shuts
 * keys either briefly or far fewer than {@link StartWindow#MOST}; a {@link ResizeGate} has its keys forgotten, see
 * {@link Prefetched#depart}.
 */
interface Gate {
    /** Why what it keeps back does not start; there is one gate for each cause. */
    StallCause cause();

    /** Whether no job of the partition starts. */
    boolean closed();

    /** Whether there are keys whose jobs do not start while others do. */
    boolean shutsKeys();

    /**
     * @param key of a job
     * @return whether jobs with this key may start as long as the gate is not closed
     */
    boolean mayStart(String key);
}
