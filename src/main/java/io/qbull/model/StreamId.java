package io.qbull.model;

/**
 * The id of a stream entry: {@code milliseconds-sequence}, both unsigned 64-bit numbers. The natural order is the stream's order.
 *
 * @param millis the first part
 * @param sequence the second part
 */
public record StreamId(long millis, long sequence) implements Comparable<StreamId> {
    /** Before every entry. A new owner reads from here. */
    public static final StreamId START = new StreamId(0, 0);

    /** After every entry. */
    public static final StreamId END = new StreamId(-1, -1);

    /**
     * @param text {@code 1700000000000-0}
     * @return the id
     * @throws IllegalArgumentException if {@code text} has another form
     */
    public static StreamId parse(String text) {
        int dash = text.indexOf('-');
        try {
            return new StreamId(
                    Long.parseUnsignedLong(text, 0, dash, 10),
                    Long.parseUnsignedLong(text, dash + 1, text.length(), 10));
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("'" + Printable.of(text) + "' is no stream id", e);
        }
    }

    /**
     * @return the id right before this one; this is not {@link #START}
     */
    public StreamId before() {
        return sequence == 0 ? new StreamId(millis - 1, -1) : new StreamId(millis, sequence - 1);
    }

    @Override
    public int compareTo(StreamId other) {
        int byMillis = Long.compareUnsigned(millis, other.millis);
        return byMillis != 0 ? byMillis : Long.compareUnsigned(sequence, other.sequence);
    }

    @Override
    public String toString() {
        return Long.toUnsignedString(millis) + "-" + Long.toUnsignedString(sequence);
    }
}
