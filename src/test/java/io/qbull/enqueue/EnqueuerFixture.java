package io.qbull.enqueue;

import static io.qbull.enqueue.Jobs.SETTINGS;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.EnqueueSettings;
import io.qbull.model.EnqueueException;
import io.qbull.model.Enqueued;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.store.ResizeTable.Earlier;
import io.qbull.testing.ManualEventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** An enqueuer on a manual loop, before a job log and a layout that the test answers for. */
abstract class EnqueuerFixture {
    static final QueueName QUEUE = new QueueName("Q");

    final ManualEventLoop loop = new ManualEventLoop();
    final ScriptedJobLog log = new ScriptedJobLog();
    final List<CompletableFuture<Layout>> layoutReads = new ArrayList<>();
    final Enqueuer enqueuer = new Enqueuer(
            new ProducerIdentity(QUEUE, new PodId("pod-1"), "n0nce", KeyHash.XXH64),
            new Layouts(),
            log,
            loop,
            () -> false);

    /** Partitions whose seal was to be put back, and for which version. */
    final List<String> reopened = new ArrayList<>();

    /** What becomes of each attempt to put a seal back. */
    CompletableFuture<Boolean> reopenings = CompletableFuture.completedFuture(true);

    final List<CompletableFuture<List<Layout>>> historyReads = new ArrayList<>();

    final List<CompletableFuture<List<Earlier>>> earlierReads = new ArrayList<>();

    private final class Layouts implements LayoutReader {
        @Override
        public CompletionStage<Layout> current() {
            CompletableFuture<Layout> read = new CompletableFuture<>();
            layoutReads.add(read);
            return read;
        }

        @Override
        public CompletionStage<List<Layout>> history() {
            CompletableFuture<List<Layout>> read = new CompletableFuture<>();
            historyReads.add(read);
            return read;
        }

        @Override
        public CompletionStage<List<Earlier>> earlier() {
            CompletableFuture<List<Earlier>> read = new CompletableFuture<>();
            earlierReads.add(read);
            return read;
        }

        @Override
        public CompletionStage<Boolean> reopen(PartitionId partition, int version) {
            reopened.add(partition + " for " + version);
            return reopenings;
        }
    }

    /** The producer knows its layout. */
    final void layoutKnown(int partitions) {
        enqueuer.enqueue(Jobs.job("warm-up"), SETTINGS);
        loop.run();
        layoutReads.get(0).complete(new Layout(1, partitions));
        loop.run();
        log.last().accept();
        loop.run();
    }

    final CompletableFuture<Enqueued> enqueue(String id) {
        return enqueue(Jobs.job(id), SETTINGS);
    }

    /** Adds a job and lets the loop work. */
    final CompletableFuture<Enqueued> enqueue(NewJob job, EnqueueSettings settings) {
        CompletableFuture<Enqueued> stage = add(job, settings);
        loop.run();
        return stage;
    }

    /** Adds a job and leaves it on its way. */
    final CompletableFuture<Enqueued> add(NewJob job, EnqueueSettings settings) {
        return enqueuer.enqueue(job, settings).toCompletableFuture();
    }

    final void tick(long millis) {
        loop.tick(Duration.ofMillis(millis));
    }

    static EnqueueException failure(CompletableFuture<Enqueued> stage) {
        assertThat(stage).isCompletedExceptionally();
        try {
            stage.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof EnqueueException failure) {
                return failure;
            }
        }
        throw new AssertionError("no EnqueueException: " + stage);
    }

    static void assertFailed(CompletableFuture<Enqueued> stage, EnqueueException.Kind kind) {
        assertThat(failure(stage).kind()).isEqualTo(kind);
    }
}
