package io.qbull.model;

/**
 * One partition of a queue. Its text, {@code WHATSAPP:3}, is also the Redis key of its stream.
 *
 * @param queue the queue
 * @param index 0 to P-1, where P is the number of partitions
 */
public record PartitionId(QueueName queue, int index) implements Comparable<PartitionId> {
    /**
     * @throws IllegalArgumentException if {@code index} is negative
     */
    public PartitionId {
        if (index < 0) {
            throw new IllegalArgumentException("partition index " + index + " must not be negative");
        }
    }

    @Override
    public int compareTo(PartitionId other) {
        int byQueue = queue.compareTo(other.queue);
        return byQueue != 0 ? byQueue : Integer.compare(index, other.index);
    }

    @Override
    public String toString() {
        return queue.value() + ":" + index;
    }
}
