package io.qbull.model;

/**
 * Names an entry in the log of a partition. The natural order is that of the log, in which jobs of a key run.
 *
 * @param segment the stream in which it is
 * @param streamId its id there
 */
public record EntryId(Segment segment, StreamId streamId) implements Comparable<EntryId> {
    /** Before every entry of a log. */
    public static final EntryId START = new EntryId(new Segment(0, 0), StreamId.START);

    /**
     * @param streamId the id of an entry in the partition's own stream
     * @return its name
     */
    public static EntryId own(StreamId streamId) {
        return new EntryId(Segment.OWN, streamId);
    }

    /**
     * @param text as {@link #toString} returns it
     * @return the name
     * @throws IllegalArgumentException if {@code text} has another form
     */
    public static EntryId parse(String text) {
        int slash = text.indexOf('/');
        return slash < 0
                ? own(StreamId.parse(text))
                : new EntryId(Segment.parse(text.substring(0, slash)), StreamId.parse(text.substring(slash + 1)));
    }

    /**
     * @return the last id before this one, in the same stream
     */
    public EntryId before() {
        return new EntryId(segment, streamId.before());
    }

    @Override
    public int compareTo(EntryId other) {
        int bySegment = segment.compareTo(other.segment);
        return bySegment != 0 ? bySegment : streamId.compareTo(other.streamId);
    }

    /** The stream id, behind the segment and a slash unless it is in the own stream. */
    @Override
    public String toString() {
        return segment.own() ? streamId.toString() : segment + "/" + streamId;
    }
}
