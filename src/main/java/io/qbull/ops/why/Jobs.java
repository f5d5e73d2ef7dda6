package io.qbull.ops.why;

import io.qbull.model.JobId;
import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.StreamId;
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
                layout -> Places.of(store, queue, layout, key)
                        .thenCompose(where -> search.run(where, new Wanted(key, id), most))
                        .thenApply(result -> Optional.of(new Shown(queue, result.found(), result.more()))));
    }

    /**
     * @param queue a queue
     * @param partition index of the only partition; null = all
     * @param most the most jobs of each kind and partition, 1 to 100
     * @return the first jobs of the stream and the next delayed ones; empty if there is no such queue or partition; fails with a
     *     {@link io.qbull.store.StoreException}
     */
    public CompletionStage<Optional<Shown>> next(QueueName queue, @Nullable Integer partition, int most) {
        return in(queue, layout -> {
            if (partition != null && partition >= layout.partitions()) {
                return CompletableFuture.completedStage(Optional.empty());
            }
            List<PartitionId> where =
                    partition == null ? Places.all(queue, layout) : List.of(new PartitionId(queue, partition));
            return Rounds.of(AT_ONCE, where, each -> next(each, most))
                    .thenApply(lists -> Optional.of(new Shown(
                            queue, lists.stream().flatMap(List::stream).toList(), false)));
        });
    }

    private CompletionStage<List<FoundJob>> next(PartitionId partition, int most) {
        return store.examiner().stream(partition, StreamId.START)
                .thenCombine(store.examiner().delayed(partition, null, 0), (stream, delayed) -> {
                    List<FoundJob> next = new ArrayList<>();
                    List<JobView> first = stream.jobs();
                    for (int n = 0; n < Math.min(most, first.size()); n++) {
                        next.add(new FoundJob.InStream(partition, first.get(n), n));
                    }
                    delayed.jobs().stream()
                            .limit(most)
                            .map(job -> new FoundJob.Delayed(partition, job, FoundJob.dueIn(job, delayed.nowMillis())))
                            .forEach(next::add);
                    return next;
                });
    }

    private <T> CompletionStage<Optional<T>> in(QueueName queue, Function<Layout, CompletionStage<Optional<T>>> ask) {
        return Places.layout(store, queue)
                .thenCompose(layout -> layout.isEmpty()
                        ? CompletableFuture.completedStage(Optional.empty())
                        : ask.apply(layout.get()));
    }
}
