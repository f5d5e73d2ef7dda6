package io.qbull.partition;

import io.qbull.model.StreamId;
import io.qbull.partition.KeyLine.Slot;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/**
 * Where in the stream a job may start, so that the next owner finds all that this one may have started: among the first entries, or
 * where it is the first entry of its key, and that key among the first ones. So what waits behind a running job of its key keeps no
 * other key back, however much it is. Both counts only fall when entries leave the stream, so what was inside stays inside. On the event
 * loop.
 */
final class StartWindow {
    /** The most entries, and the most keys; and the most jobs that are started and not committed. */
    static final int MOST = 256;

    private final NavigableMap<StreamId, Slot> slots;
    /** All entries up to this one are {@link Slot#near}, apart from some that were counted before. */
    private StreamId nearUpTo = StreamId.START;

    private int near;
    /** All keys with an entry up to this one are {@link KeyLine#early}. */
    private StreamId earlyUpTo = StreamId.START;

    private int early;
    private int running;
    private int uncommitted;

    /**
     * @param slots the prefetched entries in stream order
     */
    StartWindow(NavigableMap<StreamId, Slot> slots) {
        this.slots = slots;
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

    /** Nothing of the key is known any more. */
    void left(KeyLine line) {
        if (line.early) {
            line.early = false;
            early--;
        }
    }

    /** Entries behind this one are in the stream and not in the buffer: what is behind them is further from the head than it seems. */
    void gapAfter(StreamId known) {
        if (nearUpTo.compareTo(known) > 0) {
            nearUpTo = known;
        }
    }

    /**
     * Moves on as far as it may.
     *
     * @param gap from where on entries are missing in the buffer; null if none are
     */
    void advance(@Nullable StreamId gap) {
        while (near + uncommitted < MOST) {
            Map.Entry<StreamId, Slot> next = slots.higherEntry(nearUpTo);
            if (next == null || (gap != null && next.getKey().compareTo(gap) > 0)) {
                break;
            }
            nearUpTo = next.getKey();
            if (!next.getValue().near) {
                next.getValue().near = true;
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
        if (slot.near) {
            return true;
        }
        advanceKeys(slot.id());
        return slot.line.early && slot.id().compareTo(earlyUpTo) <= 0;
    }

    private void advanceKeys(StreamId to) {
        while (earlyUpTo.compareTo(to) < 0) {
            Map.Entry<StreamId, Slot> next = slots.higherEntry(earlyUpTo);
            if (next == null || (!next.getValue().line.early && early >= MOST)) {
                return;
            }
            if (!next.getValue().line.early) {
                next.getValue().line.early = true;
                early++;
            }
            earlyUpTo = next.getKey();
        }
    }

    /** The buffer is empty; nothing runs or is uncommitted, or nobody wants to know. */
    void clear() {
        nearUpTo = StreamId.START;
        earlyUpTo = StreamId.START;
        near = 0;
        early = 0;
        running = 0;
        uncommitted = 0;
    }
}
