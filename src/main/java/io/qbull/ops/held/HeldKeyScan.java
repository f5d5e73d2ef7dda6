package io.qbull.ops.held;

import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.store.HeldKeyTable;
import io.qbull.store.HeldKeyTable.HeldKey;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Reads a queue's held keys once: partition after partition, a page at a time. */
final class HeldKeyScan {
    private final HeldKeyTable table;
    private final QueueName queue;
    private final @Nullable String key;
    private final Visitor visitor;

    /** Gets one page of one partition after another; the next one is read when it has dealt with the last. */
    interface Visitor {
        /** Completes with whether to continue. */
        CompletionStage<Boolean> see(List<HeldKey> page);
    }

    /**
     * @param key the only key to read; null = all
     */
    HeldKeyScan(HeldKeyTable table, QueueName queue, @Nullable String key, Visitor visitor) {
        this.table = table;
        this.queue = queue;
        this.key = key;
        this.visitor = visitor;
    }

    /**
     * @param after where an earlier scan stopped
     * @return whether there is such a queue
     */
    CompletionStage<Boolean> run(HeldPlace after) {
        return table.partitions(queue).thenCompose(count -> step(count, after).thenApply(done -> count > 0));
    }

    private CompletionStage<Boolean> step(int partitions, HeldPlace after) {
        if (after.partition() >= partitions) {
            return CompletableFuture.completedStage(true);
        }
        PartitionId partition = new PartitionId(queue, after.partition());
        return (key == null ? table.read(partition, after.tag()) : table.find(partition, key)).thenCompose(page -> {
            String tag = page.next();
            HeldPlace next =
                    tag == null ? new HeldPlace(after.partition() + 1, "") : new HeldPlace(after.partition(), tag);
            return visitor.see(page.keys())
                    .thenCompose(on -> on ? step(partitions, next) : CompletableFuture.completedStage(false));
        });
    }
}
