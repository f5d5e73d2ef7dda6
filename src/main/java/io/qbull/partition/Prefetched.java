package io.qbull.partition;

import io.qbull.model.Entry;
import io.qbull.model.Job;
import io.qbull.model.StreamId;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Entries read from the stream and not yet finished, in stream order. Bounded by count and bytes; one entry always fits. Entries may be
 * passed by: they stay in the stream and are forgotten until the stream is read again.
 */
final class Prefetched {
    /** It costs as much to read an entry as so many of its bytes. */
    private static final int ENTRY_OVERHEAD = 2_500;

    private final int mostEntries;
    private final int mostBytes;
    private final Map<StreamId, Slot> slots = new LinkedHashMap<>();
    private int bytes;
    private StreamId last = StreamId.START;
    /** The last entry that has ever been read. */
    private StreamId furthest = StreamId.START;
    /** The last entry that had been read when the stream was last read again; the start once its end has been reached since. */
    private StreamId regained = StreamId.START;
    /** What it costs to read the entries that were passed by since the stream was read from its head: their bytes and overhead. */
    private long passed;
    /** Among how many of the first entries there were suspects at the start. */
    private int window;
    /** How many of the entries that were never read the previous owner may have started. */
    private int suspects;
    /** Suspects that were read and forgotten. */
    private final Set<StreamId> forgotten = new HashSet<>();

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

    /** The previous owner may have started jobs among so many of the first entries, those of held keys not counted. */
    void suspect(int count) {
        window = count;
        suspects = count;
    }

    /** Whether some of the entries that follow are suspects. */
    boolean expectsSuspects() {
        return suspects > 0;
    }

    /**
     * @param held whether the key of an entry is held
     * @return among how many of the first entries of the stream, those of held keys not counted, there are suspects
     */
    int suspectsLeft(Predicate<Entry> held) {
        int last = 0;
        int index = 0;
        for (Slot slot : slots.values()) {
            index += held.test(slot.entry) ? 0 : 1;
            last = slot.suspect ? Math.max(1, index) : last;
        }
        int left = suspects > 0 ? index + suspects : last;
        return forgotten.isEmpty() ? left : Math.max(left, window);
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

    /** The entry stays in the stream and is forgotten. */
    void passBy(StreamId entry) {
        Slot slot = slots.get(entry);
        if (slot != null) {
            passed += ENTRY_OVERHEAD + slot.entry.size();
            forget(slot);
            remove(entry);
        }
    }

    /**
     * All entries are forgotten, and the stream is read again from its head. No command is under way that takes one of them out.
     *
     * @return bytes of those that were passed by since the last reading from there, with an overhead for each
     */
    long readAgain() {
        long before = passed;
        slots.values().forEach(this::forget);
        clear();
        last = StreamId.START;
        regained = furthest;
        passed = 0;
        return before;
    }

    /** Whether the reading from the head has come as far as the one before. */
    boolean caughtUp() {
        return last.compareTo(regained) >= 0;
    }

    /** What it cost to read the entries that were passed by since the stream was last read from its head. */
    long passed() {
        return passed;
    }

    private void forget(Slot slot) {
        if (slot.suspect) {
            forgotten.add(slot.entry.streamId());
        }
    }

    /**
     * @param more the entries that follow
     * @param end whether these were the last of the stream: later ones are new, so no suspects
     * @param held whether the key of an entry is held: then the previous owner has not started it
     */
    void add(List<Entry> more, boolean end, Predicate<Entry> held) {
        for (Entry entry : more) {
            last = entry.streamId();
            slots.put(last, new Slot(entry, isSuspect(entry, held)));
            bytes += entry.size();
            furthest = last.compareTo(furthest) > 0 ? last : furthest;
        }
        if (end) {
            // What came after it has left the stream.
            regained = StreamId.START;
            suspects = 0;
        }
    }

    private boolean isSuspect(Entry entry, Predicate<Entry> held) {
        boolean known = entry.streamId().compareTo(furthest) <= 0;
        if (known || suspects == 0 || held.test(entry)) {
            return forgotten.remove(entry.streamId());
        }
        suspects--;
        return true;
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
