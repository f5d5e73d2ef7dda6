package io.qbull.partition;

import io.qbull.model.Entry;
import io.qbull.model.EntryId;
import io.qbull.model.Segment;
import io.qbull.partition.KeyLine.Slot;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which entries the previous owner may have started: the first of each stream of the log, and the first ones of the first keys there, those
 * of held keys not counted. Each stream counts for itself because segments grow in front of entries that run. The counterpart of
 * {@link StartWindow}. On the event loop.
 */
final class SuspectWindow {
    /**
     * After so many entries, keys that were not met are not passed on to the next owner: it would suspect the first entries of the
     * stream, innocent ones, for a key that may not be there, and so would all that follow while the end of the stream is not reached.
     * This owner goes on suspecting them, however far behind: a job that is the first of its key may have been started anywhere.
     */
    private static final int FAR = 4 * StartWindow.MOST;

    /** Among how many of the first entries, and first keys, there were suspects at the start. */
    private int window;
    /** The stream that is read for the first time; null before the first entry. */
    private @Nullable Segment stream;
    /** The end of the log has been reached. */
    private boolean ended;
    /** How many of its entries that were never read the previous owner may have started, wherever their key stands. */
    private int entries;
    /** Of how many keys that were never read it may have started the first entry. */
    private int keys;
    /** Keys that were read while some are expected. */
    private final Set<String> seen = new HashSet<>();
    /** Suspects that were read and forgotten. */
    private final Set<EntryId> forgotten = new HashSet<>();
    /** How many entries were read for the first time. */
    private int read;

    /**
     * @param count among how many of the first entries of each stream, and of how many keys the first one, the previous owner may have
     *     started jobs
     */
    void open(int count) {
        window = count;
        entries = count;
        keys = count;
    }

    /** Whether some of the entries that follow are suspects. */
    boolean expected() {
        return expectedHere() || expectedInOtherStreams();
    }

    private boolean expectedHere() {
        return entries > 0 || keys > 0;
    }

    private boolean expectedInOtherStreams() {
        return window > 0 && !ended && stream != null && !stream.own();
    }

    /** All entries of the streams before this one have been read: what comes there later is new. */
    private void enter(Segment next) {
        if (stream != null && !ended) {
            open(window);
            seen.clear();
            read = 0;
        }
        stream = next;
    }

    /** An entry that is read for the first time; says whether it is a suspect. */
    boolean next(Entry entry, boolean held) {
        if (!entry.id().segment().equals(stream)) {
            enter(entry.id().segment());
        }
        read++;
        if (!expectedHere() || held) {
            return again(entry.id());
        }
        boolean first = keys > 0
                && entry instanceof Entry.Decoded decoded
                && seen.add(decoded.job().key());
        boolean suspect = first || entries > 0;
        entries = Math.max(0, entries - 1);
        keys -= first ? 1 : 0;
        if (!expectedHere()) {
            seen.clear();
        }
        return suspect;
    }

    /** An entry that was read before; says whether it is a suspect. */
    boolean again(EntryId entry) {
        return forgotten.remove(entry);
    }

    /** The end of the log: later entries are new, so no suspects. */
    void end() {
        ended = true;
        entries = 0;
        keys = 0;
        seen.clear();
    }

    /** It stays in the stream and is read again. */
    void forget(EntryId suspect) {
        forgotten.add(suspect);
    }

    /**
     * @param slots the entries that were read
     * @param held whether the key of an entry is held
     * @return among how many of the first entries of a stream, and first keys, there are suspects that have not run
     */
    int left(Collection<Slot> slots, Predicate<Entry> held) {
        Set<String> names = new HashSet<>();
        Segment counted = stream;
        int last = 0;
        int index = 0;
        for (Slot slot : slots) {
            if (!slot.id().segment().equals(counted)) {
                counted = slot.id().segment();
                names.clear();
                index = 0;
            }
            boolean counts = !held.test(slot.entry);
            index += counts ? 1 : 0;
            String name = slot.line.name;
            boolean first = counts && name != null && names.add(name);
            if (slot.suspect) {
                last = Math.max(last, Math.max(1, first ? names.size() : index));
            }
        }
        boolean here = counted == null || counted.equals(stream);
        int before = here ? index : 0;
        int keysBefore = here ? names.size() : 0;
        int unread = Math.max(entries > 0 ? before + entries : 0, keys > 0 && read < FAR ? keysBefore + keys : 0);
        int left = Math.max(last, unread);
        return forgotten.isEmpty() && !expectedInOtherStreams() ? left : Math.max(left, window);
    }
}
