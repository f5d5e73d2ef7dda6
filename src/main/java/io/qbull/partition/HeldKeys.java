package io.qbull.partition;

import io.qbull.partition.HeldKey.State;
import io.qbull.store.HeldJobs.Advance;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The keys whose jobs wait for a failed one. The jobs themselves wait in Redis; of them all only the one whose turn is next is here.
 * Ready keys take turns, some jobs each. On the event loop.
 */
final class HeldKeys {
    /** No more jobs are taken from the stream while so many keys wait; it bounds the memory. */
    static final int MOST = 10_000;
    /** Jobs of a key before another one has its turn: each turn begins with a call that reads the first job. */
    private static final int TURNS = 16;

    private final Map<String, HeldKey> keys = new HashMap<>();
    private final Deque<HeldKey> ready = new ArrayDeque<>();
    // By differences: the clock may overflow.
    private final NavigableSet<HeldKey> waiting =
            new TreeSet<>(((Comparator<HeldKey>) (one, other) -> Long.signum(one.due - other.due))
                    .thenComparingLong(each -> each.number));
    private long numbers;

    /** Whether jobs with this key are held, or about to be. */
    boolean blocks(String key) {
        return keys.containsKey(key);
    }

    @Nullable
    HeldKey find(String key) {
        return keys.get(key);
    }

    boolean full() {
        return keys.size() >= MOST;
    }

    boolean isEmpty() {
        return keys.isEmpty();
    }

    /** A script is about to leave that touches jobs of the key. */
    HeldKey touch(String key) {
        HeldKey held = keys.computeIfAbsent(key, name -> new HeldKey(name, numbers++));
        held.pending++;
        return held;
    }

    /** The script was answered. A key of which nothing is held runs from the stream again. */
    void untouch(HeldKey held) {
        held.pending--;
        if (held.pending == 0 && held.state == State.FREE) {
            keys.remove(held.key);
        }
    }

    /** Read from Redis after a change of owner. */
    void load(String key, @Nullable Duration pause, boolean suspect, long now) {
        HeldKey held = touch(key);
        held.suspect = suspect;
        waitFor(held, pause, now);
        untouch(held);
    }

    /** The first job runs after the pause, or, without one, when a person asks. */
    void waitFor(HeldKey held, @Nullable Duration pause, long now) {
        leave(held);
        held.head = null;
        held.turns = 0;
        if (pause == null) {
            held.state = State.BLOCKED;
        } else if (pause.isZero()) {
            held.state = State.READY;
            ready.addLast(held);
        } else {
            held.state = State.WAITING;
            held.due = now + pause.toNanos();
            waiting.add(held);
        }
    }

    /** Nothing of it is held any more. */
    void free(HeldKey held) {
        leave(held);
        held.head = null;
        held.state = State.FREE;
    }

    /** Its first job is known. */
    void loaded(HeldKey held, Advance.Next head) {
        leave(held);
        held.state = State.READY;
        if (held.turns < TURNS) {
            held.head = head;
            ready.addFirst(held);
        } else {
            held.head = null;
            held.turns = 0;
            ready.addLast(held);
        }
    }

    /** Its first job starts. */
    void running(HeldKey held) {
        leave(held);
        held.state = State.RUNNING;
        held.turns++;
    }

    /** Its first job did not start after all. */
    void notStarted(HeldKey held) {
        leave(held);
        held.state = State.READY;
        ready.addFirst(held);
    }

    /** The key whose turn is next, if there is one that no script touches. */
    @Nullable
    HeldKey next() {
        for (HeldKey held : ready) {
            if (held.pending == 0) {
                return held;
            }
        }
        return null;
    }

    /** Keys whose pause is over get ready. */
    void wake(long now) {
        while (!waiting.isEmpty() && waiting.first().due - now <= 0) {
            HeldKey held = waiting.first();
            leave(held);
            held.state = State.READY;
            ready.addLast(held);
        }
    }

    /** The first key to get ready by itself. */
    @Nullable
    HeldKey firstWaiting() {
        return waiting.isEmpty() ? null : waiting.first();
    }

    void clear() {
        keys.clear();
        ready.clear();
        waiting.clear();
    }

    private void leave(HeldKey held) {
        if (held.state == State.WAITING) {
            waiting.remove(held);
        } else if (held.state == State.READY) {
            ready.remove(held);
        }
    }
}
