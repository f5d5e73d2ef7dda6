package io.qbull.partition;

import io.qbull.model.Entry;
import io.qbull.model.StreamId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Entries read from the stream and not yet finished, in stream order. Bounded by count and bytes, except for one entry. */
final class Prefetched {
    private final int mostEntries;
    private final int mostBytes;
    private final Deque<Entry> entries = new ArrayDeque<>();
    private int bytes;
    private StreamId last = StreamId.START;

    Prefetched(int mostEntries, int mostBytes) {
        this.mostEntries = mostEntries;
        this.mostBytes = mostBytes;
    }

    @Nullable
    Entry head() {
        return entries.peekFirst();
    }

    void removeHead() {
        Entry head = entries.pollFirst();
        if (head != null) {
            bytes -= head.size();
        }
    }

    /** The head has failed once more; it keeps its place. */
    void replaceHead(Entry again) {
        removeHead();
        entries.addFirst(again);
        bytes += again.size();
    }

    void add(List<Entry> more) {
        for (Entry entry : more) {
            entries.addLast(entry);
            bytes += entry.size();
            last = entry.streamId();
        }
    }

    /** Refills in halves, so that a fetch is worth its call. */
    boolean wantsMore() {
        return entries.size() <= mostEntries / 2 && bytes <= mostBytes / 2;
    }

    int room() {
        return mostEntries - entries.size();
    }

    int byteRoom() {
        return Math.max(1, mostBytes - bytes);
    }

    /** The place from which the next fetch reads. */
    StreamId last() {
        return last;
    }

    void clear() {
        entries.clear();
        bytes = 0;
    }
}
