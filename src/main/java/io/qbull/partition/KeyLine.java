package io.qbull.partition;

import io.qbull.model.Entry;
import io.qbull.model.EntryId;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What an owner knows of the jobs of one key in the stream: its prefetched entries in order, and how many before them are finished but
 * not committed. An entry that cannot be decoded has a line of its own. {@link Prefetched} and its parts change it. On the event loop.
 */
final class KeyLine {
    /** The key; null for an entry that cannot be decoded. */
    final @Nullable String name;

    final Deque<Slot> slots = new ArrayDeque<>();
    /** Of its {@link #slots}. */
    int bytes;
    /** Finished jobs that wait for the next commit. */
    int waiting;
    /** Finished jobs in the commit under way. */
    int outstanding;
    /** Its jobs do not run from the stream: the key is held or about to be. */
    boolean blocked;
    /** A gate keeps its jobs from starting. */
    boolean shut;
    /** It leaves the partition for a resize. */
    boolean leaving;
    /** The last entry up to which all of the key are known: those behind it were passed by. Null if none were. */
    @Nullable
    EntryId passedFrom;
    /** Its first entry, if that could start as far as the key is concerned. */
    @Nullable
    Slot candidate;
    /** A job of it runs; others may be about to follow. */
    boolean busy;
    /** Whether nothing before its {@link #candidate} is uncommitted. */
    boolean clean;

    /** An entry that was read from the stream and is not finished. {@link Prefetched} and its parts change it. On the event loop. */
    static final class Slot {
        Entry entry;
        /** The previous owner may have died over it. */
        final boolean suspect;
        /** The entries of its key. */
        final KeyLine line;
        /** Its job runs. */
        boolean running;
        /** A command that takes it out of the stream is under way. */
        boolean moving;
        /** Its key belongs to another partition: it does not start here. */
        boolean misplaced;
        /** It is among the first entries of the stream. Set by {@link StartWindow}. */
        boolean near;
        /** It was the first entry of its key, and that key among the first ones. Set by {@link StartWindow}. */
        boolean early;

        Slot(Entry entry, boolean suspect, KeyLine line) {
            this.entry = entry;
            this.suspect = suspect;
            this.line = line;
        }

        EntryId id() {
            return entry.id();
        }
    }

    KeyLine(@Nullable String name) {
        this.name = name;
    }

    /** Finished jobs whose entries are still in the stream. */
    int uncommitted() {
        return waiting + outstanding;
    }

    /** Whether nothing of the key is known any more. */
    boolean over() {
        return slots.isEmpty() && uncommitted() == 0 && passedFrom == null;
    }

    /** Whether a job of it runs or is uncommitted, or a command takes one out of the stream. */
    boolean touched() {
        return uncommitted() > 0 || slots.stream().anyMatch(slot -> slot.running || slot.moving);
    }

    /** Whether an entry of the key may stand in the stream before this one, which is of another key. */
    boolean startsBefore(EntryId entry) {
        Slot first = slots.peekFirst();
        EntryId begin = first == null ? passedFrom : first.id();
        return uncommitted() > 0 || (begin != null && begin.compareTo(entry) < 0);
    }

    /** Whether none of its jobs starts from the stream for now. */
    boolean waits() {
        return blocked || shut;
    }

    /** What may start next as far as the key is concerned: one job of a key at a time, in order. */
    @Nullable
    Slot startable() {
        Slot first = slots.peekFirst();
        return first == null || waits() || first.running || first.moving || first.misplaced ? null : first;
    }

    /** Whether its next entries are to be sent to another partition. */
    boolean misplaced() {
        Slot first = slots.peekFirst();
        return first != null && first.misplaced && !blocked;
    }
}
