package io.qbull.ops.status;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.qbull.model.QueueName;
import io.qbull.ops.Json;
import io.qbull.store.Inspector;
import io.qbull.store.Inspector.QueueStatus;
import io.qbull.store.Rounds;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Reads the state of queues from the store. Thread-safe; nothing blocks. */
public final class Queues {
    private final Inspector inspector;

    /**
     * @param inspector of an open store
     */
    public Queues(Inspector inspector) {
        this.inspector = inspector;
    }

    /**
     * @param queue a name
     * @return its state; empty if there is no such queue; fails with a {@link io.qbull.store.StoreException}
     */
    public CompletionStage<Optional<QueueStatus.Present>> one(QueueName queue) {
        return inspector
                .queue(queue)
                .thenApply(status ->
                        status instanceof QueueStatus.Present present ? Optional.of(present) : Optional.empty());
    }

    /**
     * @return the state of all queues, by name; fails with a {@link io.qbull.store.StoreException}
     */
    public CompletionStage<List<QueueStatus.Present>> all() {
        // One after another: each reads several partitions at once.
        return inspector
                .queues()
                .thenCompose(names -> Rounds.of(1, names.stream().sorted().toList(), this::one))
                .thenApply(found -> found.stream().flatMap(Optional::stream).toList());
    }

    /**
     * @param statuses of queues
     * @return the statuses as a JSON array
     */
    public static ArrayNode json(List<QueueStatus.Present> statuses) {
        ArrayNode array = Json.array();
        statuses.forEach(status -> array.add(QueueJson.of(status)));
        return array;
    }
}
