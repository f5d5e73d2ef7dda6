package io.qbull.partition;

import io.qbull.partition.KeyLine.Slot;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Which entries could start as far as their keys are concerned, in stream order, and which keys are held. On the event loop. */
final class ReadyLines {
    private final NavigableSet<Slot> candidates = new TreeSet<>(Comparator.comparing(Slot::id));
    /** Those of them before which nothing of their key is uncommitted. */
    private final NavigableSet<Slot> firstInStream = new TreeSet<>(Comparator.comparing(Slot::id));
    /** Lines with entries whose key is held. */
    private final Set<KeyLine> blocked = new LinkedHashSet<>();
    /** Lines whose next entries belong to another partition. */
    private final Set<KeyLine> misplaced = new LinkedHashSet<>();

    private int busy;

    /** The line has changed. */
    void follow(KeyLine line) {
        Slot candidate = line.startable();
        boolean clean = candidate != null && line.uncommitted() == 0;
        if (line.candidate != null && (line.candidate != candidate || line.clean != clean)) {
            candidates.remove(line.candidate);
            firstInStream.remove(line.candidate);
            line.candidate = null;
        }
        if (candidate != null && line.candidate == null) {
            candidates.add(candidate);
            if (clean) {
                firstInStream.add(candidate);
            }
        }
        line.candidate = candidate;
        line.clean = clean;
        Slot head = line.slots.peekFirst();
        boolean runs = head != null && head.running;
        if (runs != line.busy) {
            busy += runs ? 1 : -1;
            line.busy = runs;
        }
        if (line.blocked && !line.slots.isEmpty()) {
            blocked.add(line);
        } else {
            blocked.remove(line);
        }
        if (line.misplaced()) {
            misplaced.add(line);
        } else {
            misplaced.remove(line);
        }
    }

    boolean isEmpty() {
        return candidates.isEmpty();
    }

    int size() {
        return candidates.size();
    }

    /** Of how many keys a job of the stream runs. */
    int busy() {
        return busy;
    }

    /** The first entry that could start; there is one. */
    Slot first() {
        return candidates.first();
    }

    /** The first that could start and is the first entry of its key in the stream; null if there is none. */
    @Nullable
    Slot firstInStream() {
        return firstInStream.isEmpty() ? null : firstInStream.first();
    }

    /** Lines with entries whose key is held. */
    Collection<KeyLine> blocked() {
        return blocked;
    }

    /** Lines whose next entries belong to another partition. */
    Collection<KeyLine> misplaced() {
        return misplaced;
    }

    void clear() {
        candidates.clear();
        firstInStream.clear();
        blocked.clear();
        misplaced.clear();
        busy = 0;
    }
}
