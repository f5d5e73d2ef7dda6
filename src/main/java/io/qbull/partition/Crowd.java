package io.qbull.partition;

import io.qbull.model.StreamId;
import io.qbull.partition.KeyLine.Slot;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the entries of one busy key from filling the buffer. The latest ones are forgotten, and so are all that follow of this key;
 * when few are left, the stream is read again from where the key was left, for this key alone. Nothing has to stand still for that: what
 * is known of a key is always its first entries. On the event loop.
 */
final class Crowd {
    /** A key is left alone that has fewer entries than twice as many, and more are read when so few are left. */
    static final int LEAST = 8;

    private final int mostEntries;
    private final Consumer<Slot> forget;
    /** Keys of which entries were passed by. */
    private final Set<KeyLine> passed = new LinkedHashSet<>();
    /** The last entry that had been read when no key was found that crowds. */
    private @Nullable StreamId looked;

    /**
     * @param mostEntries in the buffer
     * @param forget takes an entry out of the buffer that stays in the stream
     */
    Crowd(int mostEntries, Consumer<Slot> forget) {
        this.mostEntries = mostEntries;
        this.forget = forget;
    }

    /**
     * Halves the key with the most entries.
     *
     * @param lines all keys in the buffer
     * @param last the last entry that was read
     * @return the key; null if none has many
     */
    @Nullable
    KeyLine makeRoom(Collection<KeyLine> lines, StreamId last) {
        // Without more entries none gets longer.
        if (last.equals(looked)) {
            return null;
        }
        KeyLine longest = null;
        for (KeyLine line : lines) {
            boolean longer = longest == null || line.slots.size() > longest.slots.size();
            longest = !line.blocked && longer ? line : longest;
        }
        int least = Math.min(2 * LEAST, Math.max(2, mostEntries / 2));
        if (longest == null || longest.slots.size() < least) {
            looked = last;
            return null;
        }
        int keep = longest.slots.size() / 2;
        while (longest.slots.size() > keep && !longest.slots.getLast().running) {
            forget.accept(longest.slots.getLast());
        }
        longest.passedFrom = longest.slots.getLast().id();
        passed.add(longest);
        return longest;
    }

    /** Behind which entry the first one may be missing that was passed by; null if none was. */
    @Nullable
    StreamId gap() {
        StreamId gap = null;
        for (KeyLine line : passed) {
            StreamId from = line.passedFrom;
            gap = from != null && (gap == null || from.compareTo(gap) < 0) ? from : gap;
        }
        return gap;
    }

    /** A key that needs more entries; null if none does. */
    @Nullable
    KeyLine refillable() {
        for (KeyLine line : passed) {
            if (!line.blocked && line.slots.size() <= LEAST / 2) {
                return line;
            }
        }
        return null;
    }

    /**
     * @param upTo up to which entry all of the key are known; null if there are no others
     */
    void refilled(KeyLine line, @Nullable StreamId upTo) {
        line.passedFrom = upTo;
        // The next one has its turn before.
        passed.remove(line);
        if (upTo != null) {
            passed.add(line);
        }
    }

    void clear() {
        passed.clear();
        looked = null;
    }
}
