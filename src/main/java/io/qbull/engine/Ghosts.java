package io.qbull.engine;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * Partitions on which jobs still run that an earlier stretch of consuming gave up waiting for. Taken again at once, such a job
 * would run twice at the same time in one process. On the event loop.
 */
final class Ghosts {
    private final Map<Integer, Integer> running = new HashMap<>();
    private final IntConsumer gone;

    /**
     * @param gone told when the last such job of a partition has ended
     */
    Ghosts(IntConsumer gone) {
        this.gone = gone;
    }

    List<Integer> partitions() {
        return List.copyOf(running.keySet());
    }

    void add(int index) {
        running.merge(index, 1, Integer::sum);
    }

    void ended(int index) {
        Integer left = running.merge(index, -1, Integer::sum);
        if (left != null && left <= 0) {
            running.remove(index);
            gone.accept(index);
        }
    }
}
