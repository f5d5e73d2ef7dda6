package io.qbull.partition;

import io.qbull.model.EntryId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finished jobs whose entries are still in the stream: some are in the outstanding commit, the others wait for the next one. Their order
 * does not matter: an entry that leaves the stream leaves no gap.
 */
final class Commits {
    /** A full batch is committed without waiting for the interval. */
    static final int BATCH = 64;

    private List<Done> waiting = new ArrayList<>();
    private List<Done> outstanding = List.of();
    private Deque<Runnable> afterWaiting = new ArrayDeque<>();
    private Deque<Runnable> afterOutstanding = new ArrayDeque<>();

    /** A finished job. */
    private record Done(EntryId entry, KeyLine line) {}

    /**
     * @param done entry of a job
     * @param line its key, in which it counts as waiting
     */
    void add(EntryId done, KeyLine line) {
        waiting.add(new Done(done, line));
    }

    boolean isOutstanding() {
        return !outstanding.isEmpty();
    }

    boolean full() {
        return waiting.size() >= BATCH;
    }

    boolean anyWaiting() {
        return !waiting.isEmpty();
    }

    int size() {
        return waiting.size() + outstanding.size();
    }

    /** Whether an action waits for the next commit. */
    boolean awaited() {
        return !afterWaiting.isEmpty();
    }

    /**
     * Runs the action once all jobs of a key that are finished by now have left the stream.
     *
     * @param line the key; null if nothing of it is known in the stream
     */
    void then(@Nullable KeyLine line, Runnable next) {
        if (line != null && line.waiting > 0) {
            afterWaiting.add(next);
        } else if (line != null && line.outstanding > 0) {
            afterOutstanding.add(next);
        } else {
            next.run();
        }
    }

    /** All waiting jobs form the outstanding commit, which is repeated as it is until it is answered. */
    List<EntryId> send() {
        outstanding = waiting;
        waiting = new ArrayList<>();
        for (Done done : outstanding) {
            done.line.waiting--;
            done.line.outstanding++;
        }
        afterOutstanding = afterWaiting;
        afterWaiting = new ArrayDeque<>();
        return outstanding.stream().map(Done::entry).toList();
    }

    /**
     * The outstanding commit was answered.
     *
     * @param committed told the key of each of its jobs
     */
    void answered(Consumer<KeyLine> committed) {
        List<Done> gone = outstanding;
        outstanding = List.of();
        for (Done done : gone) {
            done.line.outstanding--;
            committed.accept(done.line);
        }
        while (!afterOutstanding.isEmpty()) {
            afterOutstanding.remove().run();
        }
    }

    void clear() {
        waiting.clear();
        outstanding = List.of();
        afterWaiting.clear();
        afterOutstanding.clear();
    }
}
