package io.qbull.partition;

import io.qbull.model.EntryId;
import io.qbull.partition.KeyLine.Slot;
import java.util.Map;
import java.util.NavigableMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Where in the stream a job may start, so that the next owner finds all that this one may have started: among the first entries, or
 * where it is the first entry of its key, and that key among the first ones. So what waits behind a running job of its key keeps no
 * other key back, however much it is. Counts in the whole log, so that no entry counts less than in its stream, where the next owner
 * counts. There both counts only fall when entries leave the stream, so what was inside stays inside. On the event loop.
 */
final class StartWindow {
    /** The most entries, and the most keys; and the most jobs that are started and not committed. */
    static final int MOST = 256;

    private final NavigableMap<EntryId, Slot> slots;
    private final Map<String, KeyLine> lines;
    private final Predicate<KeyLine> heldOnRecord;
    /** All entries up to this one are {@link Slot#near}, but for those of held keys. */
    private EntryId nearUpTo = EntryId.START;

    private int near;
    private int running;
    private int uncommitted;

    /**
     * @param slots the prefetched entries in stream order
     * @param lines all keys of which something is in the stream, as far as is known
     * @param heldOnRecord whether the next owner will find a key held, so that it does not count its entries
     */
    StartWindow(NavigableMap<EntryId, Slot> slots, Map<String, KeyLine> lines, Predicate<KeyLine> heldOnRecord) {
        this.slots = slots;
        this.lines = lines;
        this.heldOnRecord = heldOnRecord;
    }

    void starts() {
        running++;
    }

    void ends() {
        running--;
    }

    /** A job has succeeded: its entry is in the stream until that is committed. */
    void finished() {
        uncommitted++;
    }

    void committed() {
        uncommitted--;
    }

    /** The entry is not in the buffer any more. */
    void left(Slot slot) {
        if (slot.near) {
            slot.near = false;
            near--;
        }
    }

    /** Entries behind this one have not been counted: what is behind them is further from the head than it seems. */
    void gapAfter(EntryId known) {
        if (nearUpTo.compareTo(known) > 0) {
            nearUpTo = known;
        }
    }

    /**
     * Moves on as far as it may.
     *
     * @param gap from where on entries are missing in the buffer; null if none are
     */
    void advance(@Nullable EntryId gap) {
        while (near + uncommitted < MOST) {
            Map.Entry<EntryId, Slot> next = slots.higherEntry(nearUpTo);
            if (next == null || (gap != null && next.getKey().compareTo(gap) > 0)) {
                break;
            }
            nearUpTo = next.getKey();
            Slot slot = next.getValue();
            if (!slot.near && !heldOnRecord.test(slot.line)) {
                slot.near = true;
                near++;
            }
        }
    }

    /**
     * @param more that are about to start
     * @return whether another job may start at all
     */
    boolean hasRoom(int more) {
        return running + uncommitted + more < MOST;
    }

    /** Whether a job may start that is the first of its key in the stream: nothing before it is uncommitted. */
    boolean admitsFirst(Slot slot) {
        slot.early = slot.early || lines.size() <= MOST || keysBefore(slot) < MOST;
        return slot.near || slot.early;
    }

    /** How many keys stand before this one in the stream; no more than matter are counted. */
    private long keysBefore(Slot slot) {
        return lines.values().stream()
                .filter(line -> line != slot.line && line.startsBefore(slot.id()) && !heldOnRecord.test(line))
                .limit(MOST)
                .count();
    }

    /** The buffer is empty; nothing runs or is uncommitted, or nobody wants to know. */
    void clear() {
        nearUpTo = EntryId.START;
        near = 0;
        running = 0;
        uncommitted = 0;
    }
}
