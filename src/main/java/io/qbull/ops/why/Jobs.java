package io.qbull.ops.why;

import io.qbull.model.EntryId;
import io.qbull.model.JobId;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.ops.why.JobSearch.Wanted;
import io.qbull.store.Examiner.JobView;
import io.qbull.store.Rounds;
import io.qbull.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Shows jobs where they are: those with an id or a key, or those that come next. Thread-safe; nothing blocks. */
public final class Jobs {
    private static final int AT_ONCE = 8;

    private final Store store;
    private final JobSearch search;

    /**
     * @param store an open store
     */
    public Jobs(Store store) {
        this.store = store;
        this.search = new JobSearch(store.examiner(), store.deadLetters());
    }

    /**
     * Some jobs of a queue.
     *
     * @param queue the queue
     * @param jobs the jobs
     * @param more whether there may be others
     */
    public record Shown(QueueName queue, List<FoundJob> jobs, boolean more) {
        /** Copies the list. */
        public Shown {
            jobs = List.copyOf(jobs);
        }
    }

    /**
     * @param queue a queue
     * @param key the key; null = any
     * @param id the id; null = any
     * @param most the most jobs of each kind and partition
     * @return the jobs; empty if there is no such queue; fails with a {@link io.qbull.store.StoreException}
     */
    public CompletionStage<Optional<Shown>> find(QueueName queue, @Nullable String key, @Nullable JobId id, int most) {
        return in(
                queue,
                places -> search.run(places.of(key), new Wanted(key, id), most)
                        .thenApply(result -> Optional.of(new Shown(queue, result.found(), result.more()))));
    }

    /**
     * @param queue a queue
     * @param partition index of the only partition; null = all
     * @param most the most jobs of each kind and partition, 1 to 100
     * @return the first jobs of the log and the next delayed ones; empty if there is no such queue or partition; fails with a
     *     {@link io.qbull.store.StoreException}
     */
    public CompletionStage<Optional<Shown>> next(QueueName queue, @Nullable Integer partition, int most) {
        return in(queue, places -> {
            List<PartitionId> where = places.at(partition);
            return where.isEmpty()
                    ? CompletableFuture.completedStage(Optional.empty())
                    : Rounds.of(AT_ONCE, where, each -> next(each, most))
                            .thenApply(lists -> Optional.of(new Shown(
                                    queue, lists.stream().flatMap(List::stream).toList(), false)));
        });
    }

    private CompletionStage<List<FoundJob>> next(PartitionId partition, int most) {
        return first(partition, EntryId.START, most, List.of())
                .thenCombine(store.examiner().delayed(partition, null, 0), (first, delayed) -> {
                    List<FoundJob> next = new ArrayList<>();
                    for (int n = 0; n < first.size(); n++) {
                        next.add(new FoundJob.InStream(partition, first.get(n), n));
                    }
                    delayed.jobs().stream()
                            .limit(most)
                            .map(job -> new FoundJob.Delayed(partition, job, FoundJob.dueIn(job, delayed.nowMillis())))
                            .forEach(next::add);
                    return next;
                });
    }

    private CompletionStage<List<JobView>> first(PartitionId partition, EntryId after, int most, List<JobView> read) {
        return store.examiner().log(partition, after).thenCompose(page -> {
            List<JobView> first = Stream.concat(read.stream(), page.jobs().stream())
                    .limit(most)
                    .toList();
            return page.more() && first.size() < most
                    ? first(partition, page.last(), most, first)
                    : CompletableFuture.completedStage(first);
        });
    }

    private <T> CompletionStage<Optional<T>> in(QueueName queue, Function<Places, CompletionStage<Optional<T>>> ask) {
        return Places.of(store, queue)
                .thenCompose(places -> places.isEmpty()
                        ? CompletableFuture.completedStage(Optional.empty())
                        : ask.apply(places.get()));
    }
}
