package io.qbull.partition;

import io.qbull.model.StreamId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Finished jobs whose entries are still in the stream: some are in the outstanding commit, the others wait for the next one. */
final class Commits {
    /** Bounds what may run twice after a crash; beyond it no job is started before a commit is answered. */
    static final int MOST_UNCOMMITTED = 256;

    /** A full batch leaves without waiting for the interval. */
    static final int BATCH = 64;

    private List<StreamId> waiting = new ArrayList<>();
    private List<StreamId> travelling = List.of();
    private Deque<Runnable> behindWaiting = new ArrayDeque<>();
    private Deque<Runnable> behindTravelling = new ArrayDeque<>();

    void add(StreamId done) {
        waiting.add(done);
    }

    boolean outstanding() {
        return !travelling.isEmpty();
    }

    boolean full() {
        return waiting.size() >= BATCH;
    }

    boolean anyWaiting() {
        return !waiting.isEmpty();
    }

    int size() {
        return waiting.size() + travelling.size();
    }

    /** Something comes after the jobs that wait. */
    boolean awaited() {
        return !behindWaiting.isEmpty();
    }

    /** Does it when all jobs that are finished by now have left the stream. */
    void then(Runnable next) {
        if (anyWaiting()) {
            behindWaiting.add(next);
        } else if (outstanding()) {
            behindTravelling.add(next);
        } else {
            next.run();
        }
    }

    /** Everything that waits starts to travel; the same list travels again until it is answered. */
    List<StreamId> depart() {
        travelling = List.copyOf(waiting);
        waiting = new ArrayList<>();
        behindTravelling = behindWaiting;
        behindWaiting = new ArrayDeque<>();
        return travelling;
    }

    void arrived() {
        travelling = List.of();
        while (!behindTravelling.isEmpty()) {
            behindTravelling.remove().run();
        }
    }

    void clear() {
        waiting.clear();
        travelling = List.of();
        behindWaiting.clear();
        behindTravelling.clear();
    }
}
