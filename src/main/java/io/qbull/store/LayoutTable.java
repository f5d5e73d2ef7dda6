package io.qbull.store;

import io.qbull.model.Layout;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** What a queue's pods know in common: the layout and each other. */
public interface LayoutTable {
    /**
     * Creates a queue, or returns the layout that it has. Every step is safe to repeat and to race: the first intent wins.
     *
     * @param queue the queue
     * @param partitions P for a queue that does not exist yet
     * @return the current layout, whose partitions all take jobs
     */
    CompletionStage<Layout> createIfAbsent(QueueName queue, int partitions);

    /**
     * @param queue a queue that exists
     * @return all layouts that are remembered, by version; the last one is the current one, the others are sealed
     */
    CompletionStage<List<Layout>> history(QueueName queue);

    /**
     * Tells the others about a pod, forgets pods that were silent for longer than they said they might be, returns the rest.
     *
     * @param queue the queue
     * @param pod this pod
     * @param capacity leases that it wants
     * @param owned the partitions that it owns
     * @param staleAfter how long this pod counts as living when it is silent; and others that do not say
     * @return all living pods, this one included
     */
    CompletionStage<List<Pod>> register(
            QueueName queue, PodId pod, int capacity, List<Integer> owned, Duration staleAfter);

    /**
     * @param queue the queue
     * @param pod a pod that leaves
     * @return completes when it is forgotten
     */
    CompletionStage<Void> unregister(QueueName queue, PodId pod);

    /**
     * A living pod.
     *
     * @param id its name
     * @param capacity leases that it wants
     * @param owned the partitions that it owned when last seen
     * @param startedAtMillis first seen, milliseconds since 1970
     * @param seenAtMillis last seen, milliseconds since 1970
     */
    record Pod(PodId id, int capacity, List<Integer> owned, long startedAtMillis, long seenAtMillis) {}
}
