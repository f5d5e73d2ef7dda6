package io.qbull.engine;

import io.qbull.config.DeadLimits;
import io.qbull.config.EnqueueSettings;
import io.qbull.config.LeaseSettings;
import io.qbull.config.PumpSettings;
import io.qbull.config.RetrySettings;
import io.qbull.engine.QueueNode.Consumption;
import io.qbull.model.Delivery;
import io.qbull.model.Enqueued;
import io.qbull.model.JobFeed;
import io.qbull.model.JobFormat;
import io.qbull.model.JobHandler;
import io.qbull.model.JobId;
import io.qbull.model.KeyHash;
import io.qbull.model.NewJob;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.model.SourceId;
import io.qbull.partition.SuspectTurns;
import io.qbull.runtime.ThreadEventLoop;
import io.qbull.store.Store;
import io.qbull.testing.Retries;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** A node with threads of its own, which a test can stop in good order or drop as a crash would. */
final class TestPod implements AutoCloseable {
    static final QueueName QUEUE = new QueueName("WHATSAPP");
    static final Duration TTL = Duration.ofSeconds(1);
    static final EnqueueSettings ENQUEUE =
            new EnqueueSettings(Duration.ofMinutes(10), JobFormat.NATIVE, 1 << 20, 512, 500, Duration.ofSeconds(10), 0);

    final QueueNode node;
    /** What ran here, in the order of the starts. */
    final List<Delivery> started = Collections.synchronizedList(new ArrayList<>());

    final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
    private final ExecutorService workers = Executors.newCachedThreadPool();
    private final Store store;

    TestPod(String name, int partitions, Store store) {
        this(name, partitions, store, KeyHash.XXH64);
    }

    TestPod(String name, int partitions, Store store, KeyHash keyHash) {
        this.store = store;
        this.node = QueueNodes.open(
                new QueueNode.Identity(QUEUE, new PodId(name), keyHash, partitions, true),
                store,
                new ThreadEventLoop(thread, timers, failures::add),
                new SuspectTurns());
    }

    TestPod consume(int partitionsPerPod, JobHandler handler) {
        return consume(partitionsPerPod, Duration.ofSeconds(60), handler);
    }

    TestPod consume(int partitionsPerPod, Duration stallAfter, JobHandler handler) {
        return consume(partitionsPerPod, stallAfter, Retries.of(3, Duration.ofMillis(20)), handler);
    }

    TestPod consume(int partitionsPerPod, Duration stallAfter, RetrySettings retries, JobHandler handler) {
        node.consume(
                new Consumption(
                        new LeaseSettings(partitionsPerPod, 16384, true, TTL, TTL),
                        new PumpSettings(
                                1,
                                128,
                                1 << 20,
                                Duration.ofMillis(5),
                                retries,
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(5)),
                        stallAfter,
                        DeadLimits.NONE),
                (delivery, outcome) -> {
                    started.add(delivery);
                    handler.handle(delivery, outcome);
                },
                workers);
        return this;
    }

    CompletableFuture<Enqueued> enqueue(String key, String body) {
        return enqueue(key, body, null);
    }

    CompletableFuture<Enqueued> enqueue(String key, String body, @Nullable String callersId) {
        JobId id = new JobId(callersId == null ? key + "/" + body : callersId);
        NewJob job =
                new NewJob(id, callersId != null, key, body.getBytes(StandardCharsets.UTF_8), "text/plain", Map.of());
        return node.enqueue(job, ENQUEUE).toCompletableFuture();
    }

    CompletableFuture<JobFeed> open(SourceId source, int since) {
        return node.open(source, since, Duration.ZERO, ENQUEUE).toCompletableFuture();
    }

    List<Integer> owned() {
        return node.status().owned().stream().map(p -> p.index()).sorted().toList();
    }

    List<String> bodies(String key) {
        synchronized (started) {
            return started.stream()
                    .filter(d -> d.job().key().equals(key))
                    .map(TestPod::body)
                    .toList();
        }
    }

    static String body(Delivery delivery) {
        return new String((byte[]) delivery.job().body(), StandardCharsets.UTF_8);
    }

    /** Gone without a word: nothing is released, nothing more is committed. */
    void crash() {
        thread.shutdownNow();
        timers.shutdownNow();
        workers.shutdownNow();
        store.close();
    }

    @Override
    public void close() {
        node.close();
        crash();
    }
}
