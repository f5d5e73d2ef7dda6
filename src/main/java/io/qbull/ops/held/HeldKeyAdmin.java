package io.qbull.ops.held;

import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.StreamId;
import io.qbull.ops.dead.DeadLetterAdmin.Deed;
import io.qbull.store.HeldKeyTable;
import io.qbull.store.HeldKeyTable.HeldKey;
import io.qbull.store.HeldKeyTable.OwnerRequest;
import io.qbull.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What people do with held keys. They ask; the owner of the partition does it. Thread-safe; nothing blocks. An empty answer = there is
 * no such queue.
 */
public final class HeldKeyAdmin {
    /** Looks until the requests are taken to wait for an owner. */
    private static final int LOOKS = 50;

    private final HeldKeyTable table;
    private final Supplier<CompletionStage<Void>> pause;

    /**
     * @param table of an open store
     * @param pause ends after a fifth of a second: the time between two looks whether an owner has done what he was asked for
     */
    public HeldKeyAdmin(HeldKeyTable table, Supplier<CompletionStage<Void>> pause) {
        this.table = table;
        this.pause = pause;
    }

    /**
     * Some held keys.
     *
     * @param keys at most as many as asked for, although more may follow
     * @param next after which place to go on; null if nothing follows
     */
    public record Listing(List<HeldKey> keys, @Nullable HeldPlace next) {}

    /**
     * A moment, by the clocks that the partitions of a queue go by.
     *
     * @param millis for each partition
     */
    public record Times(List<Long> millis) {
        /** Copies the list. */
        public Times {
            millis = List.copyOf(millis);
        }
    }

    /**
     * What became of the keys whose first job has failed.
     *
     * @param found how many were met
     * @param done how many requests the owners have taken: carried out, or left for the job was not held any more
     * @param gone how many were not held any more
     * @param pending how many requests wait for an owner, or for one that has time
     * @param unknown how many may have been asked for, for the answer was lost: asking again is safe
     * @param failure why it ended early; null if it did not
     */
    public record Tally(
            long found,
            long done,
            long gone,
            long pending,
            long unknown,
            @Nullable Throwable failure) {}

    /**
     * @param queue a queue
     * @param key only this one; null = all
     * @param after where to begin; {@link HeldPlace#START} or the end of another listing
     * @param most how many at most, 1 or more
     * @return a listing; fails with a {@link StoreException}
     */
    public CompletionStage<Optional<Listing>> list(QueueName queue, @Nullable String key, HeldPlace after, int most) {
        List<HeldKey> found = new ArrayList<>();
        return new Walk(queue, key, page -> {
                    page.stream().limit(most - found.size()).forEach(found::add);
                    return CompletableFuture.completedStage(found.size() < most);
                })
                .begin(after)
                .thenApply(exists -> exists ? Optional.of(listing(found, most)) : Optional.empty());
    }

    private static Listing listing(List<HeldKey> found, int most) {
        if (found.size() < most) {
            return new Listing(List.copyOf(found), null);
        }
        HeldKey last = found.get(most - 1);
        return new Listing(List.copyOf(found), new HeldPlace(last.partition().index(), last.tag()));
    }

    /**
     * Asks for something for each key whose first job has failed, and waits ten seconds at most until that is done.
     *
     * @param queue a queue
     * @param key only this one; null = all
     * @param deed what for
     * @return how that went; a failure on the way is part of it
     */
    public CompletionStage<Optional<Tally>> ask(QueueName queue, @Nullable String key, Deed deed) {
        return ask(queue, key, new Round(deed, partition -> Long.MAX_VALUE));
    }

    /**
     * Likewise, but leaves alone whose first job has failed since then, so that what is asked for is not more than what was counted.
     *
     * @param queue a queue
     * @param key only this one; null = all
     * @param deed what for
     * @param times another time
     * @return as without it
     */
    public CompletionStage<Optional<Tally>> ask(QueueName queue, @Nullable String key, Deed deed, Times times) {
        List<Long> millis = times.millis();
        return ask(
                queue,
                key,
                new Round(
                        deed,
                        partition ->
                                partition.index() < millis.size() ? millis.get(partition.index()) : Long.MIN_VALUE));
    }

    /**
     * @param queue a queue
     * @return the time of each of its partitions; fails with a {@link StoreException}
     */
    public CompletionStage<Optional<Times>> now(QueueName queue) {
        return table.partitions(queue).thenCompose(count -> {
            List<CompletableFuture<Long>> asked = IntStream.range(0, count)
                    .mapToObj(index -> table.now(new PartitionId(queue, index)).toCompletableFuture())
                    .toList();
            return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                    .thenApply(done -> count == 0
                            ? Optional.<Times>empty()
                            : Optional.of(new Times(
                                    asked.stream().map(CompletableFuture::join).toList())));
        });
    }

    private CompletionStage<Optional<Tally>> ask(QueueName queue, @Nullable String key, Round round) {
        return new Walk(queue, key, round::ask)
                .begin(HeldPlace.START)
                .thenCompose(exists -> exists
                        ? round.settle(null).thenApply(Optional::of)
                        : CompletableFuture.completedStage(Optional.<Tally>empty()))
                .exceptionallyCompose(failure -> round.settle(failure).thenApply(Optional::of));
    }

    /** Is shown a page of one partition, and tells whether to go on. */
    private interface Visitor {
        CompletionStage<Boolean> see(List<HeldKey> page);
    }

    /** One way through a queue's held keys, partition after partition. */
    private final class Walk {
        private final QueueName queue;
        private final @Nullable String key;
        private final Visitor visitor;

        Walk(QueueName queue, @Nullable String key, Visitor visitor) {
            this.queue = queue;
            this.key = key;
            this.visitor = visitor;
        }

        /** Tells whether there is such a queue. */
        CompletionStage<Boolean> begin(HeldPlace after) {
            return table.partitions(queue)
                    .thenCompose(count -> step(count, after).thenApply(done -> count > 0));
        }

        private CompletionStage<Boolean> step(int partitions, HeldPlace after) {
            if (after.partition() >= partitions) {
                return CompletableFuture.completedStage(true);
            }
            PartitionId partition = new PartitionId(queue, after.partition());
            return (key == null ? table.read(partition, after.tag()) : table.find(partition, key)).thenCompose(page -> {
                String next = page.next();
                HeldPlace then = next == null
                        ? new HeldPlace(after.partition() + 1, "")
                        : new HeldPlace(after.partition(), next);
                return visitor.see(page.keys())
                        .thenCompose(on -> on ? step(partitions, then) : CompletableFuture.completedStage(false));
            });
        }
    }

    /** Requests of one call. Used by one step after another, never by two at a time. */
    private final class Round {
        private final Deed deed;
        private final ToLongFunction<PartitionId> until;
        private final Map<PartitionId, List<StreamId>> open = new TreeMap<>();
        private long found;
        private long answered;
        private long asked;

        /**
         * @param until the last failure that counts (ms)
         */
        Round(Deed deed, ToLongFunction<PartitionId> until) {
            this.deed = deed;
            this.until = until;
        }

        CompletionStage<Boolean> ask(List<HeldKey> page) {
            List<HeldKey> failed = page.stream()
                    .filter(each -> each.pause().attempts() > 0
                            && each.pause().failedAtMillis() <= until.applyAsLong(each.partition()))
                    .toList();
            found += failed.size();
            if (failed.isEmpty() || deed == Deed.COUNT) {
                return CompletableFuture.completedStage(true);
            }
            PartitionId partition = failed.get(0).partition();
            return table.ask(partition, deed == Deed.RETRY ? OwnerRequest.RETRY : OwnerRequest.DROP, failed)
                    .thenApply(requests -> {
                        answered += failed.size();
                        asked += requests.size();
                        if (!requests.isEmpty()) {
                            open.computeIfAbsent(partition, each -> new ArrayList<>())
                                    .addAll(requests);
                        }
                        return true;
                    });
        }

        CompletionStage<Tally> settle(@Nullable Throwable failure) {
            return look(LOOKS).handle((done, late) -> tally(failure == null ? late : failure));
        }

        private CompletionStage<@Nullable Void> look(int left) {
            CompletionStage<@Nullable Void> looked = CompletableFuture.completedStage(null);
            for (PartitionId partition : List.copyOf(open.keySet())) {
                looked = looked.thenCompose(before -> look(partition));
            }
            return looked.thenCompose(done -> open.isEmpty() || left == 1
                    ? CompletableFuture.completedStage(null)
                    : pause.get().thenCompose(over -> look(left - 1)));
        }

        private CompletionStage<@Nullable Void> look(PartitionId partition) {
            List<StreamId> requests = open.getOrDefault(partition, List.of());
            return table.open(partition, requests.get(0), requests.get(requests.size() - 1))
                    .thenApply(first -> {
                        // Not in their order: one whose job runs keeps no other waiting.
                        Set<StreamId> still = Set.copyOf(first);
                        boolean all = first.size() < HeldKeyTable.MOST_OPEN;
                        requests.removeIf(each ->
                                !still.contains(each) && (all || each.compareTo(first.get(first.size() - 1)) < 0));
                        if (requests.isEmpty()) {
                            open.remove(partition);
                        }
                        return null;
                    });
        }

        private Tally tally(@Nullable Throwable failure) {
            Throwable bare = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
            boolean sent = bare instanceof StoreException.Unavailable away && away.sent();
            long pending = open.values().stream().mapToLong(List::size).sum();
            long unknown = sent && deed != Deed.COUNT ? found - answered : 0;
            return new Tally(found, asked - pending, answered - asked, pending, unknown, bare);
        }
    }
}
