package io.qbull.partition;

import io.qbull.model.Entry;
import io.qbull.model.Job;
import io.qbull.model.StreamId;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Entries read from the stream and not yet finished, in stream order. Bounded by count and bytes; one entry always fits. Entries may be
 * left in the stream and passed by; {@link #readAgain} returns to them.
 */
final class Prefetched {
    private final int mostEntries;
    private final int mostBytes;
    private NavigableMap<StreamId, Slot> slots = new TreeMap<>();
    private int bytes;
    private StreamId last = StreamId.START;
    /** How many of the next entries the previous owner may have started. */
    private int suspects;
    /** Suspects that were left in the stream before they ran again. */
    private final Set<StreamId> leftSuspects = new HashSet<>();

    private @Nullable SecondReading again;

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

    /**
     * A part of the stream is read for the second time.
     *
     * @param end the last entry of that part
     * @param later what was read already; it has its turn afterwards
     * @param done entries that may still be found in the stream, although they are finished
     */
    private record SecondReading(StreamId end, NavigableMap<StreamId, Slot> later, Set<StreamId> done) {}

    Prefetched(int mostEntries, int mostBytes) {
        this.mostEntries = mostEntries;
        this.mostBytes = mostBytes;
    }

    /** The previous owner may have started jobs among so many of the first entries, those of held keys not counted. */
    void suspect(int count) {
        suspects = count;
    }

    /** Among how many of the first entries of the stream, those of held keys not counted, there are suspects. */
    int suspectsLeft(Predicate<Entry> passed) {
        int last = 0;
        int index = 0;
        NavigableMap<StreamId, Slot> all = new TreeMap<>(slots);
        all.putAll(again == null ? new TreeMap<>() : again.later);
        for (Slot slot : all.values()) {
            index += passed.test(slot.entry) ? 0 : 1;
            last = slot.suspect ? Math.max(1, index) : last;
        }
        return suspects > 0 ? index + suspects : Math.max(last, leftSuspects.isEmpty() ? 0 : 1);
    }

    boolean expectsSuspects() {
        return suspects > 0;
    }

    /** All entries whose turn it can be, in stream order. */
    Collection<Slot> slots() {
        return slots.values();
    }

    @Nullable
    Slot find(StreamId entry) {
        Slot slot = slots.get(entry);
        return slot == null && again != null ? again.later.get(entry) : slot;
    }

    /** What is on record of a job has changed. */
    void know(Job job) {
        Slot slot = find(job.streamId());
        if (slot != null) {
            slot.entry = new Entry.Decoded(job, slot.entry.size());
        }
    }

    /** The entry is finished, or moved out of the stream. */
    void remove(StreamId entry) {
        if (again != null) {
            again.later.remove(entry);
            again.done.add(entry);
        }
        take(entry);
    }

    /** The entry stays in the stream and is passed by. */
    void leave(StreamId entry) {
        Slot slot = take(entry);
        if (slot != null && slot.suspect) {
            leftSuspects.add(entry);
        }
    }

    private @Nullable Slot take(StreamId entry) {
        Slot slot = slots.remove(entry);
        if (slot != null) {
            bytes -= slot.entry.size();
        }
        return slot;
    }

    /**
     * @param more the entries that follow
     * @param end whether these were the last of the stream: later ones are new, so no suspects
     * @param passed whether an entry is none of those that the previous owner may have started, because its key is held
     */
    void add(List<Entry> more, boolean end, Predicate<Entry> passed) {
        for (Entry entry : more) {
            StreamId id = entry.streamId();
            if (again != null && id.compareTo(again.end) > 0) {
                endSecondReading();
            }
            if (again == null) {
                boolean suspect = suspects > 0 && !passed.test(entry);
                put(new Slot(entry, suspect));
                suspects -= suspect ? 1 : 0;
            } else if (!again.later.containsKey(id) && !again.done.contains(id)) {
                put(new Slot(entry, leftSuspects.remove(id)));
            }
            last = id;
        }
        if (end) {
            endSecondReading();
            suspects = 0;
        }
    }

    private void put(Slot slot) {
        slots.put(slot.entry.streamId(), slot);
        bytes += slot.entry.size();
    }

    /**
     * The next entries to be added are those from a given one on, for the second time. Those that have not been left in the stream are
     * skipped.
     *
     * @param from the first entry to read again
     * @param returned whether an entry has a key that runs from the stream again
     * @param uncommitted finished entries that are still in the stream
     */
    void readAgain(StreamId from, Predicate<Entry> returned, Collection<StreamId> uncommitted) {
        StreamId end = last;
        if (again != null) {
            end = again.end;
            slots.putAll(again.later);
        }
        slots.values().stream()
                .filter(slot -> !slot.moving && returned.test(slot.entry))
                .map(slot -> slot.entry.streamId())
                .toList()
                .forEach(this::leave);
        NavigableMap<StreamId, Slot> later = slots;
        again = new SecondReading(end, later, new HashSet<>(uncommitted));
        slots = new TreeMap<>();
        bytes = 0;
        last = before(from);
    }

    private void endSecondReading() {
        if (again != null) {
            again.later.values().forEach(this::put);
            last = last.compareTo(again.end) > 0 ? last : again.end;
            again = null;
        }
    }

    private static StreamId before(StreamId entry) {
        return entry.sequence() != 0
                ? new StreamId(entry.millis(), entry.sequence() - 1)
                : new StreamId(entry.millis() - 1, -1);
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
        again = null;
        bytes = 0;
    }
}
