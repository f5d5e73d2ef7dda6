package io.qbull.ops.held;

import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.ops.Change;
import io.qbull.ops.Listing;
import io.qbull.ops.Summary;
import io.qbull.store.HeldKeyTable;
import io.qbull.store.HeldKeyTable.HeldKey;
import io.qbull.store.Rounds;
import io.qbull.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Lists held keys, and changes them through their owners: only the owner of a partition touches its held jobs, so a change is a request
 * to it. Thread-safe; nothing blocks. An answer is empty if there is no such queue.
 */
public final class HeldKeyAdmin {
    private static final int PARTITIONS_AT_ONCE = 64;

    private final HeldKeyTable table;
    private final Supplier<CompletionStage<Void>> pause;

    /**
     * @param table of an open store
     * @param pause completes after a fifth of a second: the time between two looks at whether an owner has carried out a request
     */
    public HeldKeyAdmin(HeldKeyTable table, Supplier<CompletionStage<Void>> pause) {
        this.table = table;
        this.pause = pause;
    }

    /**
     * A moment, by the clocks of the servers that have the partitions of a queue.
     *
     * @param millis for each partition
     */
    public record Snapshot(List<Long> millis) {
        /** Copies the list. */
        public Snapshot {
            millis = List.copyOf(millis);
        }

        private long at(PartitionId partition) {
            return partition.index() < millis.size() ? millis.get(partition.index()) : Long.MIN_VALUE;
        }
    }

    /**
     * @param queue a queue
     * @param key the only key to list; null = all
     * @param after where to begin; {@link HeldPlace#START} or the end of another listing
     * @param most the most keys, 1 or more
     * @return a listing, as long as asked for unless fewer follow; fails with a {@link StoreException}
     */
    public CompletionStage<Optional<Listing<HeldKey, HeldPlace>>> list(
            QueueName queue, @Nullable String key, HeldPlace after, int most) {
        List<HeldKey> found = new ArrayList<>();
        return new HeldKeyScan(table, queue, key, page -> {
                    page.stream().limit(most - found.size()).forEach(found::add);
                    return CompletableFuture.completedStage(found.size() < most);
                })
                .run(after)
                .thenApply(exists -> exists ? Optional.of(listing(found, most)) : Optional.empty());
    }

    private static Listing<HeldKey, HeldPlace> listing(List<HeldKey> found, int most) {
        if (found.size() < most) {
            return new Listing<>(found, null);
        }
        HeldKey last = found.get(most - 1);
        return new Listing<>(found, new HeldPlace(last.partition().index(), last.tag()));
    }

    /**
     * Requests a change of each key whose first job has failed, and waits ten seconds at most until the owners have carried it out.
     *
     * @param queue a queue
     * @param key the only key to change; null = all
     * @param change what to do with the first job of each key
     * @return what became of the keys, a failure on the way included; does not fail
     */
    public CompletionStage<Optional<Summary>> change(QueueName queue, @Nullable String key, Change change) {
        return change(queue, key, change, partition -> Long.MAX_VALUE);
    }

    /**
     * Requests a change of each key whose first job had failed at a snapshot, so that no more are changed than were counted.
     *
     * @param queue a queue
     * @param key the only key to change; null = all
     * @param change what to do with the first job of each key
     * @param snapshot of the queue
     * @return what became of the keys, a failure on the way included; does not fail
     */
    public CompletionStage<Optional<Summary>> change(
            QueueName queue, @Nullable String key, Change change, Snapshot snapshot) {
        return change(queue, key, change, snapshot::at);
    }

    private CompletionStage<Optional<Summary>> change(
            QueueName queue, @Nullable String key, Change change, ToLongFunction<PartitionId> until) {
        HeldKeyRequests requests = new HeldKeyRequests(table, pause, change, until);
        return new HeldKeyScan(table, queue, key, requests)
                .run(HeldPlace.START)
                .thenCompose(exists -> exists
                        ? requests.settle(null).thenApply(Optional::of)
                        : CompletableFuture.completedStage(Optional.<Summary>empty()))
                .exceptionallyCompose(failure -> requests.settle(failure).thenApply(Optional::of));
    }

    /**
     * @param queue a queue
     * @return the time of each of its partitions; fails with a {@link StoreException}
     */
    public CompletionStage<Optional<Snapshot>> snapshot(QueueName queue) {
        return table.partitions(queue)
                .thenCompose(count -> Rounds.of(
                        PARTITIONS_AT_ONCE,
                        IntStream.range(0, count).boxed().toList(),
                        index -> table.now(new PartitionId(queue, index))))
                .thenApply(times -> times.isEmpty() ? Optional.empty() : Optional.of(new Snapshot(times)));
    }
}
