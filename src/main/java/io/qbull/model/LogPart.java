package io.qbull.model;

/**
 * A part of what waits in a partition, in the order in which it moves: delayed jobs, held jobs, segments, the stream. Held jobs go
 * before all others of their key because they are older; segments before the stream for the same reason.
 *
 * @param ordinal compared as a number, also in scripts, which know integers up to 2^53. It does not depend on which other parts exist,
 *     so that a new owner which goes on with a move comes to the same ordinals
 */
public record LogPart(long ordinal) implements Comparable<LogPart> {
    /** Jobs that are not due. */
    public static final LogPart DELAYED = new LogPart(0);

    /** Jobs of held keys. */
    public static final LogPart HELD = new LogPart(1);

    /** The partition's own stream, up to the marker. */
    public static final LogPart STREAM = new LogPart((1L << 53) - 1);

    private static final int SEGMENTS_OF_A_VERSION = Layout.MOST_PARTITIONS;

    /**
     * @param segment a segment, or the own stream
     * @return the part that it is
     */
    public static LogPart of(Segment segment) {
        return segment.own()
                ? STREAM
                : new LogPart((long) segment.version() * SEGMENTS_OF_A_VERSION + segment.source());
    }

    /**
     * @return whether it is a stream, which a {@link Segment} names
     */
    public boolean isStream() {
        return compareTo(HELD) > 0;
    }

    /**
     * @return the segment that it is, or the own stream
     * @throws IllegalStateException if it is no stream
     */
    public Segment segment() {
        if (!isStream()) {
            throw new IllegalStateException("part " + ordinal + " is no stream");
        }
        int version = (int) (ordinal / SEGMENTS_OF_A_VERSION);
        return equals(STREAM) ? Segment.OWN : new Segment(version, (int) (ordinal % SEGMENTS_OF_A_VERSION));
    }

    @Override
    public int compareTo(LogPart other) {
        return Long.compare(ordinal, other.ordinal);
    }
}
