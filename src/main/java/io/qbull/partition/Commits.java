package io.qbull.partition;

import io.qbull.model.StreamId;
import java.util.ArrayList;
import java.util.List;

/** Finished jobs whose entries are still in the stream: some travel in the outstanding commit, the rest waits for the next. */
final class Commits {
    /** A full batch leaves without waiting for the interval. */
    static final int BATCH = 64;

    private List<StreamId> waiting = new ArrayList<>();
    private List<StreamId> travelling = List.of();

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

    /** Everything that waits starts to travel; the same list travels again until it is answered. */
    List<StreamId> depart() {
        travelling = List.copyOf(waiting);
        waiting = new ArrayList<>();
        return travelling;
    }

    void arrived() {
        travelling = List.of();
    }

    void clear() {
        waiting.clear();
        travelling = List.of();
    }
}
