package io.qbull.model;

/**
 * The place of a dead letter within its queue. Its text is {@code 3@1700000000000-0}. Lists show dead letters in the natural order.
 *
 * @param partition index of the partition
 * @param streamId its id in the dead-letter stream
 */
public record DeadPlace(int partition, StreamId streamId) implements Comparable<DeadPlace> {
    /** Before every dead letter. */
    public static final DeadPlace START = new DeadPlace(0, StreamId.START);

    /**
     * @param text as {@link #toString} returns it
     * @return the place
     * @throws IllegalArgumentException if {@code text} has another form
     */
    public static DeadPlace parse(String text) {
        int at = text.indexOf('@');
        try {
            return new DeadPlace(
                    Integer.parseUnsignedInt(text, 0, Math.max(0, at), 10), StreamId.parse(text.substring(at + 1)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "'" + Printable.of(text) + "' is no place of a dead letter such as 3@1700000000000-0", e);
        }
    }

    @Override
    public int compareTo(DeadPlace other) {
        int byPartition = Integer.compare(partition, other.partition);
        return byPartition != 0 ? byPartition : streamId.compareTo(other.streamId);
    }

    @Override
    public String toString() {
        return partition + "@" + streamId;
    }
}
