package io.qbull.model;

import java.util.Comparator;

/**
 * Names an entry in the log of a partition. The natural order is that of the log, in which jobs of a key run.
 *
 * @param segment the stream in which it is
 * @param streamId its id there
 */
public record EntryId(Segment segment, StreamId streamId) implements Comparable<EntryId> {
    private static final Comparator<EntryId> ORDER =
            Comparator.comparing(EntryId::segment).thenComparing(EntryId::streamId);

    /**
     * @param streamId the id of an entry in the partition's own stream
     * @return its name
     */
    public static EntryId own(StreamId streamId) {
        return new EntryId(Segment.OWN, streamId);
    }

    @Override
    public int compareTo(EntryId other) {
        return ORDER.compare(this, other);
    }

    /** The stream id, behind the segment and a slash unless it is in the own stream. */
    @Override
    public String toString() {
        return segment.own() ? streamId.toString() : segment + "/" + streamId;
    }
}
