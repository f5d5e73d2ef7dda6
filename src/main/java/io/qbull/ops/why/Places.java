package io.qbull.ops.why;

import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.store.Store;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Finds the partitions of a queue, and those of a key. */
final class Places {
    private Places() {}

    /** The current layout; empty if there is no such queue. */
    static CompletionStage<Optional<Layout>> layout(Store store, QueueName queue) {
        return store.heldKeys()
                .partitions(queue)
                .thenCompose(count -> count == 0
                        ? CompletableFuture.completedStage(Optional.empty())
                        : store.layouts()
                                .history(queue)
                                .thenApply(layouts -> Optional.of(layouts.get(layouts.size() - 1))));
    }

    static List<PartitionId> all(QueueName queue, Layout layout) {
        return IntStream.range(0, layout.partitions())
                .mapToObj(index -> new PartitionId(queue, index))
                .toList();
    }

    /** The partition of a key; all partitions if there is no key. */
    static CompletionStage<List<PartitionId>> of(Store store, QueueName queue, Layout layout, @Nullable String key) {
        // A queue without a record was created by an older release, which knew one hash only.
        return key == null
                ? CompletableFuture.completedStage(all(queue, layout))
                : store.layouts()
                        .keyHash(queue)
                        .thenApply(hash -> List.of(layout.partitionOf(queue, hash.orElse(KeyHash.XXH64), key)));
    }
}
