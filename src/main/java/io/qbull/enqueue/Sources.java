package io.qbull.enqueue;

import io.qbull.model.Causes;
import io.qbull.model.EnqueueException;
import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.SourceId;
import io.qbull.runtime.EventLoop;
import io.qbull.store.JobLog;
import io.qbull.store.Rounds;
import io.qbull.store.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Reads and removes what Redis remembers of sources. Thread-safe. */
final class Sources {
    /** Partitions asked at once: few enough for each to be answered within the timeout of a command. */
    private static final int AT_ONCE = 256;

    private static final Duration RETRY = Duration.ofMillis(100);

    private final ProducerIdentity identity;
    private final QueueName queue;
    private final LayoutReader layouts;
    private final JobLog jobs;
    private final EventLoop loop;

    Sources(ProducerIdentity identity, LayoutReader layouts, JobLog jobs, EventLoop loop) {
        this.identity = identity;
        this.queue = identity.queue();
        this.layouts = layouts;
        this.jobs = jobs;
        this.loop = loop;
    }

    /**
     * Begins a reading of a source. Reads the layouts first: from then on all but the current one are sealed, so what is read of them
     * afterwards is final, because a late call of a dead pod can no longer add anything under them. The progress is read when it is
     * needed; only that in partitions noted by earlier readings is read at once, so that it does not expire before.
     *
     * @param source a source
     * @param since the layout version under which it was first read, 1 or more; zero = all that are remembered
     * @param lifetime how long the progress is remembered from now on; zero = until it is forgotten
     * @param patience for how long to repeat what Redis does not answer
     * @return the progress
     */
    CompletionStage<MetPartitions> begin(SourceId source, int since, Duration lifetime, Duration patience) {
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
            MetPartitions met = new MetPartitions(
                    relevant,
                    identity.keyHash(),
                    index -> meet(new PartitionId(queue, index), source, lifetime, patience));
            return noted(source, lifetime)
                    .thenCompose(known -> Rounds.of(AT_ONCE, known, partition -> met.meet(partition.index())))
                    .thenApply(read -> met);
        });
    }

    private CompletionStage<List<PartitionId>> noted(SourceId source, Duration lifetime) {
        return lifetime.isZero() ? CompletableFuture.completedStage(List.of()) : jobs.noted(queue, source, lifetime);
    }

    /** A progress that is forgotten by itself is noted, so that each reading keeps all of it alive. */
    private CompletionStage<Map<Integer, Long>> meet(
            PartitionId partition, SourceId source, Duration lifetime, Duration patience) {
        CompletableFuture<Map<Integer, Long>> result = new CompletableFuture<>();
        attempt(
                () -> lifetime.isZero()
                        ? jobs.progress(partition, source, lifetime)
                        : jobs.note(partition, source, lifetime)
                                .thenCompose(done -> jobs.progress(partition, source, lifetime)),
                loop.nanoTime() + patience.toNanos(),
                result);
        return result;
    }

    private void attempt(
            Supplier<CompletionStage<Map<Integer, Long>>> ask,
            long deadline,
            CompletableFuture<Map<Integer, Long>> result) {
        ask.get().whenComplete((answer, failure) -> {
            if (answer != null) {
                result.complete(answer);
            } else if (Causes.bare(failure) instanceof StoreException.Unavailable && loop.nanoTime() - deadline < 0) {
                loop.execute(() -> loop.schedule(RETRY, () -> attempt(ask, deadline, result)));
            } else {
                result.completeExceptionally(Causes.bare(failure));
            }
        });
    }

    /**
     * Lets the lifetime of a source's progress start anew, wherever there is any.
     *
     * @param source a source
     * @param lifetime how long its progress is remembered, above zero
     * @return completes when that is done
     */
    CompletionStage<?> renew(SourceId source, Duration lifetime) {
        return jobs.noted(queue, source, lifetime)
                .thenCompose(
                        known -> Rounds.of(AT_ONCE, known, partition -> jobs.progress(partition, source, lifetime)));
    }

    /**
     * @param source a source that was read to its end
     * @return completes when nothing is remembered of it
     */
    CompletionStage<Void> forget(SourceId source) {
        return layouts.history()
                .thenCompose(all -> Rounds.of(AT_ONCE, partitions(all), partition -> jobs.forget(partition, source)))
                .thenApply(forgotten -> null);
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
