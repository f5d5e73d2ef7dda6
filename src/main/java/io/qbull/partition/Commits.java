package io.qbull.partition;

import io.qbull.model.StreamId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Finished jobs whose entries are still in the stream: some are in the outstanding commit, the others wait for the next one. */
final class Commits {
    /** Beyond this no job starts before a commit is answered; this bounds what may run twice after a crash. */
    static final int MOST_UNCOMMITTED = 256;

    /** A full batch is committed without waiting for the interval. */
    static final int BATCH = 64;

    private List<StreamId> waiting = new ArrayList<>();
    private List<StreamId> outstanding = List.of();
    private Deque<Runnable> afterWaiting = new ArrayDeque<>();
    private Deque<Runnable> afterOutstanding = new ArrayDeque<>();

    void add(StreamId done) {
        waiting.add(done);
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

    /** Runs the action once all jobs that are finished by now have left the stream. */
    void then(Runnable next) {
        if (anyWaiting()) {
            afterWaiting.add(next);
        } else if (isOutstanding()) {
            afterOutstanding.add(next);
        } else {
            next.run();
        }
    }

    /** All waiting jobs form the outstanding commit, which is repeated as it is until it is answered. */
    List<StreamId> send() {
        outstanding = List.copyOf(waiting);
        waiting = new ArrayList<>();
        afterOutstanding = afterWaiting;
        afterWaiting = new ArrayDeque<>();
        return outstanding;
    }

    void answered() {
        outstanding = List.of();
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
