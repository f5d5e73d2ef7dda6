package io.qbull.component;

import io.qbull.config.EnqueueSettings;
import io.qbull.config.RedisSettings;
import io.qbull.engine.NodeStatus;
import io.qbull.engine.QueueNode;
import io.qbull.model.Attempts;
import io.qbull.model.Delivery;
import io.qbull.model.Enqueued;
import io.qbull.model.Epoch;
import io.qbull.model.Failure;
import io.qbull.model.FileClaim;
import io.qbull.model.Job;
import io.qbull.model.JobFeed;
import io.qbull.model.JobHandler;
import io.qbull.model.JobId;
import io.qbull.model.Layout;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.SourceId;
import io.qbull.model.StreamId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A queue node whose jobs and answers the test supplies. */
final class FakeNode implements QueueNode {
    final Identity identity;
    final RedisSettings redis;
    final List<NewJob> enqueued = new CopyOnWriteArrayList<>();
    final List<EnqueueSettings> enqueuedWith = new CopyOnWriteArrayList<>();
    final List<Consumption> consumptions = new CopyOnWriteArrayList<>();
    final AtomicInteger open = new AtomicInteger();
    volatile boolean closed;
    volatile boolean consuming;
    volatile boolean stopped;
    volatile String problem = "";
    volatile boolean stalled;
    volatile String standstill = "";
    volatile Function<NewJob, CompletionStage<Enqueued>> answers;
    volatile CompletionStage<Layout> layout = CompletableFuture.completedFuture(new Layout(1, 16));
    private volatile @Nullable JobHandler handler;
    private volatile @Nullable Executor workers;
    private volatile CompletableFuture<Integer> drained = CompletableFuture.completedFuture(0);

    FakeNode(Identity identity, RedisSettings redis) {
        this.identity = identity;
        this.redis = redis;
        this.answers = job -> CompletableFuture.completedFuture(accepted(job, false));
    }

    Enqueued accepted(NewJob job, boolean duplicate) {
        PartitionId partition =
                new Layout(1, identity.partitions()).partitionOf(identity.queue(), identity.keyHash(), job.key());
        return new Enqueued(job.id(), partition, duplicate ? StreamId.START : new StreamId(1700, 7), duplicate);
    }

    /** Runs a job as the engine does: on a worker, with an exception as a failure. */
    Run deliver(Job job, int attempt) {
        Lease lease = new Lease(
                new PartitionId(identity.queue(), 3), new LeaseOwner(identity.pod(), "n1"), new Epoch(42), "primary");
        Run run = new Run(this);
        open.incrementAndGet();
        JobHandler runs = Objects.requireNonNull(handler);
        Objects.requireNonNull(workers).execute(() -> {
            try {
                runs.handle(new Delivery(job, lease, attempt), run);
            } catch (RuntimeException e) {
                run.failed(Failure.of("handler threw " + e));
            }
        });
        return run;
    }

    Run deliver(String id, Object body) {
        return deliver(job(id, body, Map.of()), 1);
    }

    static Job job(String id, Object body, Map<String, Object> headers) {
        Object bytes = body instanceof String text ? text.getBytes(StandardCharsets.UTF_8) : body;
        return new Job(
                new StreamId(1700, 1), new JobId(id), "key-1", 1_700_000_000_123L, bytes, null, headers, Attempts.NONE);
    }

    @Override
    public CompletionStage<Enqueued> enqueue(NewJob job, EnqueueSettings settings) {
        enqueued.add(job);
        enqueuedWith.add(settings);
        return answers.apply(job);
    }

    @Override
    public CompletionStage<JobFeed> open(SourceId source, int since, Duration lifetime, EnqueueSettings settings) {
        throw new UnsupportedOperationException("sources are read past the component");
    }

    @Override
    public CompletionStage<Void> forget(SourceId source) {
        throw new UnsupportedOperationException("sources are read past the component");
    }

    @Override
    public CompletionStage<FileClaim> claim(SourceId source, String file, String inbox) {
        throw new UnsupportedOperationException("files are read past the component");
    }

    @Override
    public CompletionStage<Map<SourceId, FileClaim>> claims() {
        throw new UnsupportedOperationException("files are read past the component");
    }

    @Override
    public CompletionStage<Void> drop(SourceId source) {
        throw new UnsupportedOperationException("files are read past the component");
    }

    @Override
    public CompletionStage<Long> cancel(String key, JobId id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Layout> layout() {
        return layout;
    }

    @Override
    public void consume(Consumption consumption, JobHandler runs, Executor on) {
        if (consuming) {
            throw new IllegalStateException("consumes already");
        }
        consumptions.add(consumption);
        handler = runs;
        workers = on;
        drained = new CompletableFuture<>();
        stopped = false;
        consuming = true;
    }

    @Override
    public CompletionStage<Integer> drain() {
        consuming = false;
        endDrain();
        return drained;
    }

    @Override
    public CompletionStage<Integer> stop() {
        consuming = false;
        stopped = true;
        drained.complete(open.get());
        return drained;
    }

    private void endDrain() {
        if (!consuming && open.get() == 0) {
            drained.complete(0);
        }
    }

    @Override
    public int unfinished() {
        return open.get();
    }

    @Override
    public NodeStatus status() {
        return new NodeStatus(
                consuming, List.of(new PartitionId(identity.queue(), 3)), List.of(), problem, stalled, standstill, 0);
    }

    @Override
    public void close() {
        consuming = false;
        closed = true;
    }

    /** One run of a job, as the engine sees it. */
    static final class Run implements JobHandler.Outcome {
        final CompletableFuture<String> end = new CompletableFuture<>();
        final AtomicInteger calls = new AtomicInteger();
        volatile @Nullable Failure failure;
        private final FakeNode node;

        Run(FakeNode node) {
            this.node = node;
        }

        @Override
        public void completed() {
            end("completed");
        }

        @Override
        public void failed(Failure failure) {
            this.failure = failure;
            end("failed: " + failure.reason());
        }

        private void end(String how) {
            calls.incrementAndGet();
            if (end.complete(node.stopped ? "ignored" : how)) {
                node.open.decrementAndGet();
                node.endDrain();
            }
        }
    }
}
