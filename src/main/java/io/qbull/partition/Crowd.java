package io.qbull.partition;

import io.qbull.model.EntryId;
import io.qbull.partition.KeyLine.Slot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the entries of busy keys from filling the buffer. The latest ones are forgotten, and so are all that follow of this key;
 * when few are left, the stream is read again from where the key was left, for this key alone. Nothing has to stand still for that: what
 * is known of a key is always its first entries. On the event loop.
 */
final class Crowd {
    /** More entries of a key are read when so few are left. */
    static final int FEW = 4;

    private final Consumer<Slot> forget;
    private final Predicate<KeyLine> heldOnRecord;
    /** Keys of which entries were passed by. */
    private final Set<KeyLine> passed = new LinkedHashSet<>();

    /**
     * @param forget takes an entry out of the buffer that stays in the stream
     * @param heldOnRecord whether the next owner will find a key held, so that it does not count its entries
     */
    Crowd(Consumer<Slot> forget, Predicate<KeyLine> heldOnRecord) {
        this.forget = forget;
        this.heldOnRecord = heldOnRecord;
    }

    /**
     * @param lines all keys in the buffer
     * @param share how much of it a key has
     * @return the key with the largest share, of those of which an entry can be forgotten and one kept; null if there is none
     */
    static @Nullable KeyLine longest(Collection<KeyLine> lines, ToIntFunction<KeyLine> share) {
        KeyLine longest = null;
        for (KeyLine line : lines) {
            boolean longer = longest == null || share.applyAsInt(line) > share.applyAsInt(longest);
            longest = longer && line.slots.size() > 1 && forgettable(line.slots.getLast()) ? line : longest;
        }
        return longest;
    }

    static boolean forgettable(Slot slot) {
        return !slot.running && !slot.moving;
    }

    /**
     * Forgets the latest half of the entries of a key. It may be a held one: what is parked later is still its first entries.
     *
     * @return the last one that is kept
     */
    EntryId halve(KeyLine line) {
        return shorten(line, line.slots.size() / 2);
    }

    /**
     * Forgets all entries of a key that can be forgotten.
     *
     * @param line with such an entry
     * @return an id behind which the first of them is
     */
    EntryId passBy(KeyLine line) {
        return shorten(line, 0);
    }

    private EntryId shorten(KeyLine line, int most) {
        List<Slot> forgotten = new ArrayList<>();
        Iterator<Slot> latest = line.slots.descendingIterator();
        Slot kept = latest.next();
        while (kept != null && line.slots.size() - forgotten.size() > most && forgettable(kept)) {
            forgotten.add(kept);
            kept = latest.hasNext() ? latest.next() : null;
        }
        EntryId from = kept != null ? kept.id() : line.slots.getFirst().id().before();
        // First: a line of which nothing is known is over.
        line.passedFrom = from;
        passed.add(line);
        forgotten.forEach(forget);
        return from;
    }

    /** Behind which entry the first one may be missing that was passed by and counts for the next owner; null if none is. */
    @Nullable
    EntryId gap() {
        EntryId gap = null;
        for (KeyLine line : passed) {
            EntryId from = line.passedFrom;
            boolean before = from != null && (gap == null || from.compareTo(gap) < 0);
            gap = before && !heldOnRecord.test(line) ? from : gap;
        }
        return gap;
    }

    /**
     * @param few so many entries of it are known at most
     * @return a key that needs more entries; null if none does
     */
    @Nullable
    KeyLine refillable(int few) {
        for (KeyLine line : passed) {
            if (!line.waits() && line.slots.size() <= few) {
                return line;
            }
        }
        return null;
    }

    /**
     * @param upTo up to which entry all of the key are known; null if there are no others
     */
    void refilled(KeyLine line, @Nullable EntryId upTo) {
        line.passedFrom = upTo;
        // The next one has its turn before.
        passed.remove(line);
        if (upTo != null) {
            passed.add(line);
        }
    }

    /** What was passed by of the key is not read again. */
    void forget(KeyLine line) {
        line.passedFrom = null;
        passed.remove(line);
    }

    void clear() {
        passed.clear();
    }
}
