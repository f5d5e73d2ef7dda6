package io.qbull.model;

/**
 * How a queue is split into partitions.
 *
 * @param version 1 for the first layout, one more with each resize
 * @param partitions number of partitions (P), 1 to 16384
 */
public record Layout(int version, int partitions) {
    /** The most partitions of a queue: the slots of a Redis Cluster. */
    public static final int MOST_PARTITIONS = 16384;

    /**
     * @throws IllegalArgumentException if {@code partitions} is out of range
     */
    public Layout {
        check(partitions);
    }

    /**
     * @param partitions a number of partitions
     * @throws IllegalArgumentException if it is out of range
     */
    public static void check(int partitions) {
        if (partitions < 1 || partitions > MOST_PARTITIONS) {
            throw new IllegalArgumentException(
                    "partitions (" + partitions + ") must be between 1 and " + MOST_PARTITIONS);
        }
    }

    /**
     * @param queue a queue with this layout
     * @param hash the key hash
     * @param key a job's key
     * @return the partition of jobs with that key
     */
    public PartitionId partitionOf(QueueName queue, KeyHash hash, String key) {
        return new PartitionId(queue, indexOf(hash, key));
    }

    /**
     * @param hash the key hash
     * @param key a job's key
     * @return the index of the partition of jobs with that key
     */
    public int indexOf(KeyHash hash, String key) {
        return indexOf(hash.hash(key));
    }

    /**
     * @param hash hash of a job's key
     * @return the index of the partition of jobs with that key
     */
    public int indexOf(long hash) {
        return (int) Long.remainderUnsigned(hash, partitions);
    }
}
