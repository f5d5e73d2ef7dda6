package io.qbull.partition;

import io.qbull.model.Entry;
import io.qbull.model.Job;
import io.qbull.model.StreamId;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Entries read from the stream and not yet finished, in stream order. Bounded by count and bytes; one entry always fits. */
final class Prefetched {
    private final int mostEntries;
    private final int mostBytes;
    private final Map<StreamId, Slot> slots = new LinkedHashMap<>();
    private int bytes;
    private StreamId last = StreamId.START;
    /** How many of the next entries the previous owner may have started. */
    private int suspects;

    /** An entry. */
    static final class Slot {
        Entry entry;
        /** The previous owner may have died over it. */
        final boolean suspect;
        /** A command that takes it out of the stream is under way. */
        boolean moving;

        Slot(Entry entry, boolean suspect) {
            this.entry = entry;
            this.suspect = suspect;
        }
    }

    Prefetched(int mostEntries, int mostBytes) {
        this.mostEntries = mostEntries;
        this.mostBytes = mostBytes;
    }

    /** The previous owner may have started jobs among so many of the first entries. */
    void suspect(int count) {
        suspects = count;
    }

    /** Among how many of the first entries of the stream there are suspects. */
    int suspectsLeft() {
        int last = 0;
        int index = 0;
        for (Slot slot : slots.values()) {
            index++;
            last = slot.suspect ? index : last;
        }
        return suspects > 0 ? index + suspects : last;
    }

    /** All entries, in stream order. */
    Collection<Slot> slots() {
        return slots.values();
    }

    @Nullable
    Slot find(StreamId entry) {
        return slots.get(entry);
    }

    /** What is on record of a job has changed. */
    void know(Job job) {
        Slot slot = slots.get(job.streamId());
        if (slot != null) {
            slot.entry = new Entry.Decoded(job, slot.entry.size());
        }
    }

    void remove(StreamId entry) {
        Slot slot = slots.remove(entry);
        if (slot != null) {
            bytes -= slot.entry.size();
        }
    }

    /**
     * @param more the entries that follow
     * @param end whether these were the last of the stream: later ones are new, so no suspects
     */
    void add(List<Entry> more, boolean end) {
        for (Entry entry : more) {
            slots.put(entry.streamId(), new Slot(entry, suspects > 0));
            suspects = Math.max(0, suspects - 1);
            bytes += entry.size();
            last = entry.streamId();
        }
        if (end) {
            suspects = 0;
        }
    }

    boolean isEmpty() {
        return slots.isEmpty();
    }

    /** Refills in halves, so that a fetch is worth its call. */
    boolean wantsMore() {
        return slots.size() <= mostEntries / 2 && bytes <= mostBytes / 2;
    }

    int room() {
        return mostEntries - slots.size();
    }

    int byteRoom() {
        return Math.max(1, mostBytes - bytes);
    }

    /** The last entry read: the next fetch reads what follows it. */
    StreamId last() {
        return last;
    }

    void clear() {
        slots.clear();
        bytes = 0;
    }
}
