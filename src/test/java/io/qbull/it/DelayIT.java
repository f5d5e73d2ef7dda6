package io.qbull.it;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.component.QbullConstants;
import io.qbull.config.RedisSettings;
import io.qbull.it.Event.JobRef;
import io.qbull.it.History.PodLife;
import io.qbull.it.History.Sent;
import io.qbull.it.Pods.Pod;
import io.qbull.model.JobId;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.QueueName;
import io.qbull.store.redis.RedisStore;
import io.qbull.testing.Findings;
import io.qbull.testing.Resp;
import io.qbull.testing.Size;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.apache.camel.AsyncProducer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many delayed jobs, added in any order, run by due time, through a kill -9. */
@Tag("slow")
class DelayIT {
    private static final int PARTITIONS = 8;
    private static final int KEYS = 500;
    private static final int UNDER_WAY = 2000;
    private static final int CANCELLED = 200;

    private final int jobs = Size.of("delay.jobs", 2_000, 100_000);
    private final long spread = Math.min(60_000, Math.max(5000, jobs * 5L / 3));
    private final Map<JobRef, Long> due = new TreeMap<>();
    private final Random random = new Random(42);

    @Test
    void delayed_jobs_run_once_by_due_time_and_cancelled_jobs_never_run() throws Exception {
        try (Scene scene = new Scene("delay", PARTITIONS, "partitionsPerPod=8&leaseTtl=3s")) {
            Map<String, Pod> pods = Map.of("a", scene.pods.spawn("a"), "b", scene.pods.spawn("b"));
            scene.pods.awaitUp(pods.values());
            scene.awaitOwned();
            plan(System.currentTimeMillis() + 3000 + jobs);
            List<JobRef> waiting = send(scene);
            assertThat(waiting)
                    .as("jobs that this machine added before the first was due")
                    .hasSize(jobs);

            await().until(() -> delayed(scene) < jobs * 2 / 3);
            String victim = scene.busiest();
            long killedAt = System.currentTimeMillis();
            scene.pods.kill(Objects.requireNonNull(pods.get(victim)));
            Set<JobRef> cancelled = cancel(scene);
            scene.awaitOwned(victim);
            await().until(() -> delayed(scene) == 0);
            scene.awaitDrained();

            Map<JobRef, Event.Started> first = firstStarts(scene);
            Set<JobRef> expected = new HashSet<>(due.keySet());
            expected.removeAll(cancelled);
            assertThat(cancelled).isNotEmpty();
            assertThat(first.keySet()).isEqualTo(expected);
            List<Sent> sent = new ArrayList<>();
            first.forEach((job, start) -> sent.add(new Sent(
                    job,
                    0,
                    History.Result.ACCEPTED,
                    new History.Place(start.owner().partition(), start.id()))));
            Report report = scene.judge(sent, List.of());
            assertThat(report.violations()).isEmpty();
            assertThat(first)
                    .allSatisfy((job, start) -> assertThat(start.id().millis())
                            .as("promoted not before it was due")
                            .isGreaterThanOrEqualTo(requireNonNull(due.get(job))));
            Findings.note(jobs + " jobs due within " + spread + " ms, " + cancelled.size() + " of " + CANCELLED
                    + " cancelled, " + (report.starts() - first.size()) + " repeats");
            print("due before the kill", first, job -> requireNonNull(due.get(job)) < killedAt - 1000);
            print("all", first, job -> true);
        }
    }

    /** The jobs of a key are numbered by due time; no two have the same due time. */
    private void plan(long from) {
        Map<String, Set<Long>> times = new TreeMap<>();
        for (int i = 0; i < jobs; i++) {
            Set<Long> ofKey = times.computeIfAbsent("k" + random.nextInt(KEYS), key -> new TreeSet<>());
            long time = from + random.nextLong(spread);
            while (!ofKey.add(time)) {
                time++;
            }
        }
        times.forEach((key, all) -> {
            int seq = 0;
            for (long time : all) {
                due.put(new JobRef(key, seq++), time);
            }
        });
    }

    /** Sends jobs in any order; returns those that were delayed. */
    private List<JobRef> send(Scene scene) throws Exception {
        List<JobRef> order = new ArrayList<>(due.keySet());
        Collections.shuffle(order, random);
        ConcurrentLinkedQueue<JobRef> waiting = new ConcurrentLinkedQueue<>();
        Semaphore room = new Semaphore(UNDER_WAY);
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.start();
            Endpoint endpoint = context.getEndpoint(
                    "qbull:" + Scene.QUEUE + "?redisUri=RAW(" + scene.redis.uri() + ")&partitions=" + PARTITIONS);
            AsyncProducer producer = endpoint.createAsyncProducer();
            producer.start();
            for (JobRef job : order) {
                room.acquire();
                Exchange exchange = endpoint.createExchange();
                exchange.getMessage().setHeader(QbullConstants.KEY, job.key());
                exchange.getMessage().setHeader(QbullConstants.JOB_ID, job.toString());
                exchange.getMessage()
                        .setHeader(QbullConstants.DELAY, Instant.ofEpochMilli(requireNonNull(due.get(job))));
                exchange.getMessage().setBody(job.toString().getBytes(StandardCharsets.UTF_8));
                producer.process(exchange, doneSync -> {
                    if ("0-0".equals(exchange.getMessage().getHeader(QbullConstants.STREAM_ID))) {
                        waiting.add(job);
                    }
                    room.release();
                });
            }
            assertThat(room.tryAcquire(UNDER_WAY, 60, TimeUnit.SECONDS)).isTrue();
            producer.stop();
        }
        return new ArrayList<>(waiting);
    }

    /** Cancels jobs of any due time while pods promote others; returns those that were still delayed. */
    private Set<JobRef> cancel(Scene scene) {
        List<JobRef> any = new ArrayList<>(due.keySet());
        Collections.shuffle(any, random);
        Layout layout = new Layout(1, PARTITIONS);
        Set<JobRef> cancelled = new HashSet<>();
        try (RedisStore store = RedisStore.open(new RedisSettings(scene.redis.uri(), Duration.ofSeconds(5)))) {
            for (JobRef job : any.subList(0, CANCELLED)) {
                Long count = store.delayed()
                        .cancel(
                                layout.partitionOf(new QueueName(Scene.QUEUE), KeyHash.XXH64, job.key()),
                                layout.version(),
                                job.key(),
                                new JobId(job.toString()))
                        .toCompletableFuture()
                        .join();
                if (count == 1) {
                    cancelled.add(job);
                }
            }
        }
        return cancelled;
    }

    private static long delayed(Scene scene) {
        try (Resp resp = scene.redis.connect()) {
            return LongStream.range(0, PARTITIONS)
                    .map(p -> resp.number("ZCARD", "{" + Scene.QUEUE + ":" + p + "}:delayed"))
                    .sum();
        }
    }

    private static Map<JobRef, Event.Started> firstStarts(Scene scene) {
        Map<JobRef, Event.Started> first = new TreeMap<>();
        for (PodLife life : scene.pods.history()) {
            for (Event event : life.events()) {
                if (event instanceof Event.Started start) {
                    Event.Started known =
                            first.merge(start.job(), start, (one, other) -> one.at() <= other.at() ? one : other);
                    assertThat(known.id()).as("entries of " + start.job()).isEqualTo(start.id());
                }
            }
        }
        return first;
    }

    private void print(String which, Map<JobRef, Event.Started> first, Predicate<JobRef> wanted) {
        long sinceBoot = System.currentTimeMillis() - System.nanoTime() / 1_000_000;
        List<Long> promoted = new ArrayList<>();
        List<Long> started = new ArrayList<>();
        first.forEach((job, start) -> {
            if (wanted.test(job)) {
                promoted.add(start.id().millis() - requireNonNull(due.get(job)));
                started.add(start.at() / 1_000_000 + sinceBoot - requireNonNull(due.get(job)));
            }
        });
        Findings.note(which + ": promoted " + lateness(promoted) + "; started " + lateness(started));
    }

    private static String lateness(List<Long> millis) {
        Collections.sort(millis);
        int last = millis.size() - 1;
        return "late by p50 " + millis.get(last / 2) + " ms, p99 " + millis.get((int) (last * 0.99)) + " ms, max "
                + millis.get(last) + " ms";
    }
}
