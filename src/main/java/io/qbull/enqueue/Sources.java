package io.qbull.enqueue;

import io.qbull.model.EnqueueException;
import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.SourceId;
import io.qbull.store.JobLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Reads and removes what Redis remembers of sources. Thread-safe. */
final class Sources {
    /** Partitions asked at once: few enough for each to be answered within the timeout of a command. */
    private static final int AT_ONCE = 256;

    private final QueueName queue;
    private final LayoutReader layouts;
    private final JobLog jobs;

    Sources(QueueName queue, LayoutReader layouts, JobLog jobs) {
        this.queue = queue;
        this.layouts = layouts;
        this.jobs = jobs;
    }

    /**
     * Reads the layouts first. From then on all but the current one are sealed: what is read of them afterwards is final, because a late
     * call of a dead pod can no longer add anything under them.
     *
     * @param source a source
     * @param since the layout version under which it was first read, 1 or more; zero = all that are remembered
     * @param lifetime how long the progress is remembered from now on; zero = until it is forgotten
     * @return the progress
     */
    CompletionStage<Progress> progress(SourceId source, int since, Duration lifetime) {
        return layouts.history().thenCompose(all -> {
            List<Layout> relevant =
                    all.stream().filter(layout -> layout.version() >= since).toList();
            int newest = all.get(all.size() - 1).version();
            if (since > 0 && relevant.size() != newest - since + 1) {
                return CompletableFuture.failedFuture(new EnqueueException(
                        EnqueueException.Kind.MISCONFIGURED,
                        "source " + source + " was first read under layout version " + since + " of queue " + queue
                                + ", which is no longer remembered: it is unknown what was added of it"));
            }
            Map<Integer, Map<Integer, Long>> offsets = new HashMap<>();
            return each(
                            partitions(relevant),
                            partition -> jobs.progress(partition, source, lifetime),
                            (partition, found) -> found.forEach(
                                    (version, offset) -> offsets.computeIfAbsent(version, any -> new HashMap<>())
                                            .put(partition.index(), offset)))
                    .thenApply(read -> new Progress(relevant, offsets));
        });
    }

    /**
     * @param source a source that was read to its end
     * @return completes when nothing is remembered of it
     */
    CompletionStage<Void> forget(SourceId source) {
        return layouts.history()
                .thenCompose(all ->
                        each(partitions(all), partition -> jobs.forget(partition, source), (partition, gone) -> {}));
    }

    private static <T> CompletionStage<Void> each(
            List<PartitionId> partitions,
            Function<PartitionId, CompletionStage<T>> ask,
            BiConsumer<PartitionId, T> take) {
        List<PartitionId> first = partitions.subList(0, Math.min(AT_ONCE, partitions.size()));
        List<CompletableFuture<T>> answers = first.stream()
                .map(partition -> ask.apply(partition).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenCompose(done -> {
                    for (int i = 0; i < answers.size(); i++) {
                        take.accept(first.get(i), answers.get(i).join());
                    }
                    List<PartitionId> rest = partitions.subList(first.size(), partitions.size());
                    return rest.isEmpty() ? CompletableFuture.completedFuture(null) : each(rest, ask, take);
                });
    }

    private List<PartitionId> partitions(List<Layout> all) {
        int most = all.stream().mapToInt(Layout::partitions).max().orElse(0);
        List<PartitionId> partitions = new ArrayList<>();
        for (int index = 0; index < most; index++) {
            partitions.add(new PartitionId(queue, index));
        }
        return partitions;
    }
}
