package io.qbull.model;

import java.util.Collection;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How far each stream of a log has been read. Segments grow while the own stream is read, so each has a place of its own.
 *
 * @param segments the known segments in the order of the log, each with the last entry that was read of it: {@link StreamId#START} if none
 *     was, {@link StreamId#END} if it is not to be read
 * @param own the last entry that was read of the own stream
 */
public record LogCursor(SortedMap<Segment, StreamId> segments, StreamId own) {
    private static final SortedMap<Segment, StreamId> NONE = Collections.emptySortedMap();

    /** Before every entry of a log of which no segments are known. */
    public static final LogCursor START = own(StreamId.START);

    /** Copies the map. */
    public LogCursor {
        segments = segments.isEmpty() ? NONE : Collections.unmodifiableSortedMap(new TreeMap<>(segments));
    }

    /**
     * @param own the last entry that was read of the own stream
     * @return a cursor of a log of which no segments are known
     */
    public static LogCursor own(StreamId own) {
        return new LogCursor(NONE, own);
    }

    /**
     * @param staged the segments that there are now
     * @return the same for these: what is new is read from its start
     */
    public LogCursor over(Collection<Segment> staged) {
        NavigableMap<Segment, StreamId> now = new TreeMap<>();
        staged.forEach(segment -> now.put(segment, segments.getOrDefault(segment, StreamId.START)));
        return new LogCursor(now, own);
    }

    /**
     * @param entry an entry that was read
     * @return the same with this one as the last of its stream
     */
    public LogCursor past(EntryId entry) {
        if (entry.segment().own()) {
            return new LogCursor(segments, entry.streamId());
        }
        NavigableMap<Segment, StreamId> now = new TreeMap<>(segments);
        now.put(entry.segment(), entry.streamId());
        return new LogCursor(now, own);
    }

    /**
     * @param entry an entry
     * @return a cursor behind it, and behind all streams before its own
     */
    public LogCursor from(EntryId entry) {
        NavigableMap<Segment, StreamId> now = new TreeMap<>();
        for (Segment segment : segments.keySet()) {
            int side = segment.compareTo(entry.segment());
            now.put(segment, side < 0 ? StreamId.END : side > 0 ? StreamId.START : entry.streamId());
        }
        return new LogCursor(now, entry.segment().own() ? entry.streamId() : StreamId.START);
    }

    /**
     * @return the start of the same log
     */
    public LogCursor rewound() {
        return START.over(segments.keySet());
    }

    /**
     * @param entry an entry
     * @return whether it has been read
     */
    public boolean passed(EntryId entry) {
        StreamId last = entry.segment().own() ? own : segments.getOrDefault(entry.segment(), StreamId.START);
        return entry.streamId().compareTo(last) <= 0;
    }
}
