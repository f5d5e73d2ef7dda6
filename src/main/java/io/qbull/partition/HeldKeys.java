package io.qbull.partition;

import io.qbull.model.Entry;
import io.qbull.model.Job;
import io.qbull.partition.HeldKey.State;
import io.qbull.store.HeldJobs.Advance;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The keys whose jobs wait for a failed one. The jobs themselves wait in Redis; only the one whose turn is next is here. Ready keys take
 * turns of some jobs each. On the event loop.
 */
final class HeldKeys {
    /** While so many keys are held, no job is taken from the stream; this bounds the memory. */
    static final int MOST = 10_000;
    /** Jobs of a key before the next key has its turn. Each turn costs a call that reads the first job. */
    private static final int TURNS = 16;

    private final FetchBudget.Share share;
    private final Consumer<String> changed;
    private final Map<String, HeldKey> keys = new HashMap<>();
    private final Deque<HeldKey> ready = new ArrayDeque<>();
    /** Keys that would be ready if a gate did not shut them. */
    private final Set<HeldKey> shut = new LinkedHashSet<>();
    // Compares differences: the clock may overflow.
    private final NavigableSet<HeldKey> waiting =
            new TreeSet<>(((Comparator<HeldKey>) (one, other) -> Long.signum(one.due - other.due))
                    .thenComparingLong(each -> each.number));
    private Predicate<String> shuts = key -> false;
    private Predicate<String> leaves = key -> false;
    private long numbers;
    /** Keys without held jobs wait until the stream is read again. */
    private boolean returning;
    /** First jobs in memory, and their bytes. */
    private int heads;

    private long headBytes;
    /** The largest first job lately, in bytes: one that was larger than all that follow is forgotten little by little. */
    private int largestHead;

    /**
     * @param share of the memory of all pumps
     * @param changed told the name of a key that blocks its jobs in the stream from now on, or does so no more
     */
    HeldKeys(FetchBudget.Share share, Consumer<String> changed) {
        this.share = share;
        this.changed = changed;
    }

    /** Whether jobs with this key are held or about to be. */
    boolean blocks(String key) {
        return keys.containsKey(key);
    }

    /** Whether Redis knows that the key is held. */
    boolean onRecord(String key) {
        HeldKey held = keys.get(key);
        return held != null && held.recorded();
    }

    @Nullable
    HeldKey find(String key) {
        return keys.get(key);
    }

    /** Whether the first job of any key is a suspect. */
    boolean anySuspect() {
        return keys.values().stream().anyMatch(key -> key.suspect);
    }

    boolean full() {
        return keys.size() >= MOST;
    }

    boolean isEmpty() {
        return keys.isEmpty();
    }

    /** A command that touches jobs of the key is about to be sent. */
    HeldKey touch(String name) {
        HeldKey key = keys.get(name);
        if (key == null) {
            key = new HeldKey(name, numbers++);
            key.leaving = leaves.test(name);
            keys.put(name, key);
            changed.accept(name);
        }
        key.pending++;
        return key;
    }

    /** The command was answered. A key without held jobs runs from the stream again; if jobs were passed by, once they are read again. */
    void untouch(HeldKey key) {
        key.pending--;
        if (key.pending == 0 && key.state == State.FREE) {
            if (key.passed) {
                returning = true;
            } else {
                keys.remove(key.name);
                changed.accept(key.name);
            }
        }
    }

    /** Whether keys wait until the stream is read again. */
    boolean anyReturning() {
        return returning;
    }

    /** The stream is read again from its head. No command is under way. */
    void readAgain() {
        returning = false;
        keys.values().removeIf(key -> key.state == State.FREE && key.pending == 0);
        keys.values().forEach(key -> key.passed = false);
    }

    /** A key that was held under the previous owner. */
    void load(String name, @Nullable Duration pause, boolean suspect, long now) {
        HeldKey key = touch(name);
        key.suspect = suspect;
        waitFor(key, pause, now);
        untouch(key);
    }

    /** Jobs have come behind those of the key that are held; its first one stands as it did, if there was one. */
    void grow(HeldKey key, @Nullable Duration pause, long now) {
        if (key.state == State.FREE) {
            waitFor(key, pause, now);
        } else {
            key.grown = true;
        }
    }

    /** The first job runs after the pause; if that is null, when a person asks. */
    void waitFor(HeldKey key, @Nullable Duration pause, long now) {
        leave(key);
        setHead(key, null);
        key.turns = 0;
        if (pause == null) {
            key.state = State.BLOCKED;
        } else if (pause.isZero()) {
            getReady(key, false);
        } else {
            key.state = State.WAITING;
            key.due = now + pause.toNanos();
            waiting.add(key);
        }
    }

    /** None of its jobs was held when it was asked for the next one. */
    void free(HeldKey key) {
        leave(key);
        if (key.grown) {
            key.grown = false;
            setHead(key, null);
            getReady(key, false);
            return;
        }
        key.retries(null);
        setHead(key, null);
        key.state = State.FREE;
    }

    /** Its first job is known. */
    void loaded(HeldKey key, Advance.Next head) {
        leave(key);
        boolean goesOn = key.turns < TURNS;
        if (!goesOn) {
            key.turns = 0;
        }
        setHead(key, goesOn ? head : null);
        getReady(key, goesOn);
    }

    /** A first job that may not start for long would keep those of other keys from being read, so it is forgotten. */
    private void getReady(HeldKey key, boolean first) {
        key.state = State.READY;
        if (shuts.test(key.name)) {
            setHead(key, null);
            shut.add(key);
        } else if (first) {
            ready.addFirst(key);
        } else {
            ready.addLast(key);
        }
    }

    /**
     * The gates have changed.
     *
     * @param now whether they keep jobs with a key from starting
     */
    void gate(Predicate<String> now) {
        shuts = now;
        List<HeldKey> all = new ArrayList<>(ready);
        all.addAll(shut);
        ready.clear();
        shut.clear();
        all.forEach(key -> getReady(key, false));
    }

    /**
     * A resize has begun or is over.
     *
     * @param leaving which keys leave
     */
    void depart(Predicate<String> leaving) {
        leaves = leaving;
        keys.values().forEach(key -> key.leaving = leaving.test(key.name));
    }

    /** Whether a job of a key that leaves runs, or a command about such a key is unanswered. */
    boolean touchesLeaving() {
        return keys.values().stream().anyMatch(key -> key.leaving && !key.free());
    }

    /**
     * Forgets the keys that leave, which nothing touches. Their jobs are moved.
     *
     * @return whether there were any
     */
    boolean forgetLeaving() {
        List<HeldKey> gone = keys.values().stream().filter(key -> key.leaving).toList();
        for (HeldKey key : gone) {
            key.grown = false;
            free(key);
            keys.remove(key.name);
            changed.accept(key.name);
        }
        return !gone.isEmpty();
    }

    /** Whether a gate keeps the first job of a key from starting, and nothing else does. */
    boolean anyShut() {
        return !shut.isEmpty();
    }

    /** Whether keys are held that no gate keeps back. */
    boolean anyOpen() {
        return keys.size() > shut.size();
    }

    /** What is on record of its first job has changed. */
    void know(HeldKey key, Job job) {
        Advance.Next head = key.head;
        if (head != null) {
            key.head = new Advance.Next(
                    head.place(), new Entry.Decoded(job, head.entry().size()));
        }
    }

    private void setHead(HeldKey key, Advance.@Nullable Next head) {
        if (key.head != null) {
            heads--;
            headBytes -= key.head.entry().size();
        }
        key.head = head;
        if (head != null) {
            heads++;
            headBytes += head.entry().size();
            largestHead = Math.max(largestHead - largestHead / 8, head.entry().size());
        }
        share.holdsHeads(heads, headBytes);
    }

    /** How many first jobs are in memory. */
    int heads() {
        return heads;
    }

    /**
     * @param more of unknown size
     * @return bytes of the first jobs in memory, and of so many more if each is as large as any lately
     */
    long headBytes(int more) {
        return headBytes + (long) more * largestHead;
    }

    /** Whether a first job has ever been read, so that the size of the next ones can be guessed. */
    boolean headsKnown() {
        return largestHead > 0;
    }

    /**
     * @param more of unknown size
     * @return whether so many more fit into the pump's share of the memory if each is as large as any lately
     */
    boolean fitsShare(int more) {
        return share.fits(more, (long) more * largestHead);
    }

    /** Its first job starts. */
    void running(HeldKey key) {
        leave(key);
        key.state = State.RUNNING;
        key.turns++;
    }

    /** Its first job did not start after all. */
    void notStarted(HeldKey key) {
        leave(key);
        key.turns--;
        getReady(key, true);
    }

    /** The first ready key that no command touches; null if there is none. */
    @Nullable
    HeldKey next() {
        for (HeldKey key : ready) {
            if (key.pending == 0) {
                return key;
            }
        }
        return null;
    }

    /** Makes the keys ready whose pause is over. */
    void wake(long now) {
        while (!waiting.isEmpty() && waiting.first().due - now <= 0) {
            HeldKey key = waiting.first();
            leave(key);
            getReady(key, false);
        }
    }

    /** The key whose pause ends first; null if none waits for a pause. */
    @Nullable
    HeldKey firstWaiting() {
        return waiting.isEmpty() ? null : waiting.first();
    }

    /** The key whose pause ends first, or one that waits for a person; null if there is neither. */
    @Nullable
    HeldKey firstHeld() {
        return waiting.isEmpty()
                ? keys.values().stream()
                        .filter(key -> key.state == State.BLOCKED)
                        .findFirst()
                        .orElse(null)
                : waiting.first();
    }

    void clear() {
        keys.values().forEach(key -> key.retries(null));
        keys.clear();
        heads = 0;
        headBytes = 0;
        share.holdsHeads(0, 0);
        returning = false;
        ready.clear();
        shut.clear();
        waiting.clear();
    }

    private void leave(HeldKey key) {
        if (key.state == State.WAITING) {
            waiting.remove(key);
        } else if (key.state == State.READY) {
            ready.remove(key);
            shut.remove(key);
        }
    }
}
