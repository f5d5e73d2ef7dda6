package io.qbull.engine;

import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.config.DeadLimits;
import io.qbull.config.LeaseSettings;
import io.qbull.config.PumpSettings;
import io.qbull.config.RedisSettings;
import io.qbull.config.RetrySettings;
import io.qbull.engine.QueueNode.Consumption;
import io.qbull.model.Due;
import io.qbull.model.Failure;
import io.qbull.model.JobHandler;
import io.qbull.model.JobId;
import io.qbull.model.NewJob;
import io.qbull.ops.why.Answer;
import io.qbull.ops.why.FoundJob;
import io.qbull.ops.why.Jobs;
import io.qbull.ops.why.Scope;
import io.qbull.ops.why.Why;
import io.qbull.store.redis.RedisStore;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.FailedSave;
import io.qbull.testing.Ports;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Retries;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Each cause, provoked with nodes and a real Redis. Leases live for 15 s: nothing here may wait for a renewal. */
@Tag("redis")
class WhyTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final Duration SOON = Duration.ofSeconds(2);
    private final List<TestPod> pods = new ArrayList<>();
    private final List<JobHandler.Outcome> running = new CopyOnWriteArrayList<>();
    private final ExecutorService workers = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        running.forEach(JobHandler.Outcome::completed);
        pods.forEach(TestPod::close);
        workers.shutdownNow();
    }

    @Test
    void a_job_that_runs_is_named_with_its_thread_long_before_the_next_renewal() {
        TestPod pod = pod("a", 1);
        Thread[] worker = new Thread[1];
        consume(pod, 1, Retries.of(3, Duration.ofHours(1)), (delivery, outcome) -> {
            running.add(outcome);
            worker[0] = Thread.currentThread();
            new CompletableFuture<Void>()
                    .orTimeout(9, TimeUnit.SECONDS)
                    .exceptionally(late -> null)
                    .join();
        });
        pod.enqueue("k", "one").join();
        pod.enqueue("other", "two").join();
        await().until(() -> worker[0] != null);
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(first(Scope.ALL))
                        .matches(
                                "partition WHATSAPP:0 has not moved for [\\d.]+ s: job k/one of key k has been running for [\\d.]+ s"
                                        + " in pod a on thread " + worker[0].getName()));
        assertThat(kinds(Scope.ALL)).containsExactly("job-running");
        assertThat(first(key("k"))).contains("job k/one of key k has been running for ");
        assertThat(texts(key("other")))
                .satisfiesExactly(
                        behind -> assertThat(behind)
                                .isEqualTo("partition WHATSAPP:0: job other/two of key other waits behind 1 job in"
                                        + " partition WHATSAPP:0"),
                        runs -> assertThat(runs).contains("job k/one of key k has been running for "));
        running.forEach(JobHandler.Outcome::completed);
    }

    @Test
    void what_is_answered_is_what_the_health_and_the_log_say_of_jobs_that_are_due() {
        try (CapturedLog log = new CapturedLog()) {
            TestPod pod = pod("a", 1);
            consume(pod, 1, Retries.of(3, Duration.ofHours(1)), (delivery, outcome) -> running.add(outcome));
            pod.enqueue("k", "one").join();
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(first(Scope.ALL))
                            .contains(": job k/one of key k has been running for ")
                            .isEqualTo(pod.node.status().standstill()));
            assertThat(pod.node.status().stalled())
                    .as("nothing waits for the job")
                    .isFalse();
            assertThat(log.warnings()).noneMatch(line -> line.contains("has been running"));

            pod.enqueue("other", "two").join();
            await().atMost(SOON).until(() -> pod.node.status().stalled());
            String line =
                    "queue=WHATSAPP partition WHATSAPP:0 has not moved for [\\d.]+ s: job k/one of key k has been running"
                            + " for [\\d.]+ s in pod a, on no thread of its own";
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(log.warnings())
                            // With so short a patience, a slow answer of Redis at the start is one that is named, too.
                            .filteredOn(each -> each.contains("has been running"))
                            .singleElement()
                            .asString()
                            .matches(line));
            running.remove(0).completed();
            await().until(() -> !log.seen("partition WHATSAPP:0 does not stand still any more")
                    .isEmpty());
        }
    }

    @Test
    void a_held_key_is_named_with_its_failure_here_and_in_the_health() {
        TestPod pod = pod("a", 1);
        consume(
                pod,
                1,
                Retries.of(5, Duration.ofHours(1)),
                (delivery, outcome) -> outcome.failed(Failure.of("refused")));
        pod.enqueue("k", "one").join();
        String cause =
                "key k is held after 1 failed attempt of job k/one \\(refused\\), and runs again in \\d+ min( \\d+ s)?";
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(first(Scope.ALL)).matches("partition WHATSAPP:0: " + cause);
            assertThat(pod.node.status().standstill())
                    .matches("partition WHATSAPP:0 has not moved for [\\d.]+ s: " + cause);
        });
        pod.enqueue("k", "two").join();
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(texts(id("k/two")))
                        .satisfiesExactly(
                                behind ->
                                        assertThat(behind).contains("job k/two of key k waits behind 1 job of its key"),
                                held -> assertThat(held).matches("partition WHATSAPP:0: " + cause)));
        pod.node.drain().toCompletableFuture().join();
        assertThat(texts(key("k")))
                .satisfiesExactly(
                        nobody -> assertThat(nobody).contains("no pod consumes"),
                        held -> assertThat(held).matches("partition WHATSAPP:0: " + cause));
    }

    @Test
    void a_queue_without_pods_says_so_and_names_the_last_owner_once_others_could_take_over() {
        TestPod producer = pod("producer", 2);
        producer.enqueue("k", "one").join();
        assertThat(kinds(Scope.ALL)).containsExactly("no-consumer");
        REDIS.resp()
                .call(
                        "HSET",
                        "{WHATSAPP:0}:lease",
                        "owner",
                        "dead#1",
                        "epoch",
                        "7",
                        "expires",
                        ago(4_000),
                        "ttl",
                        "9000");
        REDIS.resp()
                .call(
                        "HSET",
                        "{WHATSAPP:1}:lease",
                        "owner",
                        "dead#2",
                        "epoch",
                        "7",
                        "expires",
                        ago(4_000),
                        "ttl",
                        "9000");
        register("dead", 0);
        assertThat(kinds(Scope.ALL)).as("its lease has expired").containsExactly("no-consumer");
        register("heir", 8);
        assertThat(first(Scope.ALL))
                .matches(
                        "partition WHATSAPP:[01]: the lease of pod dead expired [4-6](\\.\\d)? s ago, and pod heir takes the"
                                + " partition next");
        register("heir", 0);
        assertThat(first(Scope.ALL)).endsWith(", and the only pod owns as many partitions as it may (0)");
    }

    @Test
    void an_owner_that_does_not_renew_or_does_nothing_is_named() {
        TestPod producer = pod("producer", 1);
        producer.enqueue("k", "one").join();
        lease("5000");
        assertThat(first(Scope.ALL))
                .matches(
                        "partition WHATSAPP:0: pod ghost owns the partition but has not renewed its lease for 1\\d s, and"
                                + " another pod can take it in [34]\\.?\\d? s");
        lease("14500");
        assertThat(kinds(Scope.ALL)).as("the job is new").containsExactly("working");
        REDIS.resp().call("DEL", "WHATSAPP:0");
        REDIS.resp().call("XADD", "WHATSAPP:0", ago(60_000) + "-0", "id", "old", "key", "k", "ts", "1", "body", "");
        lease("14500");
        assertThat(first(Scope.ALL))
                .isEqualTo(
                        "partition WHATSAPP:0: pod ghost renews its lease and runs nothing, although job old of key k has"
                                + " been waiting for 1 min");
    }

    @Test
    void jobs_that_are_not_due_done_or_given_up_are_told_apart() {
        TestPod pod = pod("a", 1);
        assertThat(kinds(Scope.ALL)).isEmpty();
        consume(pod, 1, Retries.of(1, Duration.ofHours(1)), (delivery, outcome) -> {
            if (delivery.job().key().equals("bad")) {
                outcome.failed(Failure.of("refused"));
            } else {
                outcome.completed();
            }
        });
        pod.enqueue("k", "one", "done").join();
        pod.enqueue("bad", "one", "lost").join();
        NewJob later = new NewJob(
                        new JobId("later"), true, "k", "x".getBytes(StandardCharsets.UTF_8), "text/plain", Map.of())
                .due(new Due.In(Duration.ofHours(3)));
        pod.node.enqueue(later, TestPod.ENQUEUE).toCompletableFuture().join();
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(first(id("done"))).contains("job done was added and is not in the queue any more");
            assertThat(first(id("lost"))).contains("job lost of key bad was given up after 1 attempt: refused");
        });
        assertThat(first(id("later"))).matches(".*job later of key k is not due yet: it is in (2 h 59 min|3 h)");
        assertThat(first(id("never"))).endsWith("nothing is known of job never: it is done, or was never added");
        assertThat(first(Scope.ALL)).matches(".*the only job is not due yet: the next one is in (2 h 59 min|3 h)");
        assertThat(first(new Scope(0, null, null))).isEqualTo(first(Scope.ALL));
    }

    @Test
    void jobs_are_found_wherever_they_are() {
        TestPod pod = pod("a", 1);
        consume(pod, 1, Retries.of(5, Duration.ofHours(1)), (delivery, outcome) -> {
            switch (delivery.job().key()) {
                case "bad" -> outcome.failed(new Failure("refused", "", Failure.Course.BURY));
                case "held" -> outcome.failed(Failure.of("later"));
                default -> running.add(outcome);
            }
        });
        pod.enqueue("held", "0", "h0").join();
        pod.enqueue("bad", "", "lost").join();
        pod.enqueue("k", "", "first").join();
        await().until(() -> !running.isEmpty());
        for (int n = 1; n < 20; n++) {
            pod.enqueue("held", "" + n, "h" + n).join();
        }
        NewJob later = new NewJob(new JobId("later"), true, "k", new byte[] {1}, "text/plain", Map.of())
                .due(new Due.In(Duration.ofHours(3)));
        pod.node.enqueue(later, TestPod.ENQUEUE).toCompletableFuture().join();
        pod.enqueue("k", "", "second").join();
        assertThat(found("held", null)).hasSize(20).startsWith("0 held h0 0").allMatch(line -> line.startsWith("0 "));
        assertThat(found(null, "h7")).singleElement().asString().contains(" h7 ");
        assertThat(found("k", null))
                .satisfiesExactly(
                        runs -> assertThat(runs).isEqualTo("0 stream first 0"),
                        waits -> assertThat(waits).startsWith("0 stream second "),
                        delayed -> assertThat(delayed).isEqualTo("0 delayed later"));
        assertThat(found("bad", "lost")).containsExactly("0 dead lost refused");
        assertThat(found("bad", "first")).isEmpty();
        assertThat(lines(get(new Jobs(REDIS.store()).next(TestPod.QUEUE, 0, 1)).orElseThrow()))
                .containsExactly("0 stream first 0", "0 delayed later");
        assertThat(get(new Jobs(REDIS.store()).next(TestPod.QUEUE, 1, 1))).isEmpty();
        assertThat(first(id("h7"))).contains("job h7 of key held waits behind 7 jobs of its key");
    }

    private static List<String> found(@Nullable String key, @Nullable String id) {
        return lines(get(new Jobs(REDIS.store()).find(TestPod.QUEUE, key, id == null ? null : new JobId(id), 100))
                .orElseThrow());
    }

    private static List<String> lines(Jobs.Shown shown) {
        return shown.jobs().stream().map(WhyTest::line).toList();
    }

    private static String line(FoundJob found) {
        String line = found.partition().index() + " " + found.where() + " "
                + found.job().id();
        if (found instanceof FoundJob.InStream in) {
            return line + " " + in.before();
        } else if (found instanceof FoundJob.Held held) {
            return line + " " + held.before();
        }
        return found instanceof FoundJob.Dead dead ? line + " " + dead.reason() : line;
    }

    @Test
    void what_redis_refuses_is_named() throws Exception {
        TestPod pod = pod("a", 1);
        pod.node.layout().toCompletableFuture().join();
        assertThat(kinds(Scope.ALL)).containsExactly("nothing");
        REDIS.resp().call("CONFIG", "SET", "maxmemory", "100000");
        try {
            assertThat(first(Scope.ALL)).contains("Redis is full (");
        } finally {
            REDIS.resp().call("CONFIG", "SET", "maxmemory", "0");
        }
        FailedSave.on(REDIS.resp());
        try {
            assertThat(first(Scope.ALL)).contains("Redis takes no writes: Redis replies: MISCONF");
        } finally {
            REDIS.resp().call("CONFIG", "SET", "save", "");
        }
        REDIS.resp().call("REPLICAOF", "127.0.0.1", "1");
        try {
            await().untilAsserted(
                            () -> assertThat(first(Scope.ALL)).endsWith("Redis takes no writes: it is a replica"));
        } finally {
            REDIS.resp().call("REPLICAOF", "NO", "ONE");
        }
    }

    @Test
    void a_redis_that_is_away_is_named() throws Exception {
        int port = Ports.free();
        try (RedisStore away =
                RedisStore.open(RedisSettings.forLeases("redis://127.0.0.1:" + port, Duration.ofSeconds(3)))) {
            Answer answer = get(new Why(away, WhyTest::pause).ask(TestPod.QUEUE, Scope.ALL))
                    .orElseThrow();
            assertThat(answer.findings()).singleElement().satisfies(finding -> {
                assertThat(finding.cause().kind()).isEqualTo("redis-away");
                assertThat(finding.text()).contains("127.0.0.1:" + port);
            });
        }
    }

    private TestPod pod(String name, int partitions) {
        TestPod pod = new TestPod(name, partitions, REDIS.store());
        pods.add(pod);
        return pod;
    }

    private void consume(TestPod pod, int partitions, RetrySettings retries, JobHandler handler) {
        pod.node.consume(
                new Consumption(
                        new LeaseSettings(partitions, 16384, true, Duration.ofSeconds(15), Duration.ofSeconds(15)),
                        new PumpSettings(
                                1,
                                128,
                                1 << 20,
                                Duration.ofMillis(5),
                                retries,
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(1)),
                        Duration.ofMillis(1),
                        DeadLimits.NONE),
                handler,
                workers);
    }

    private void register(String pod, int most) {
        String now = ago(0);
        REDIS.resp()
                .call(
                        "HSET",
                        "{WHATSAPP}:pods",
                        pod,
                        "{\"partitions\":[],\"capacity\":" + most + ",\"most\":" + most + ",\"started\":" + now
                                + ",\"seen\":" + now + ",\"ttl\":60000}");
    }

    /** A lease of nobody that lives for so long (ms). */
    private void lease(String left) {
        REDIS.resp()
                .call(
                        "HSET",
                        "{WHATSAPP:0}:lease",
                        "owner",
                        "ghost#1",
                        "epoch",
                        "7",
                        "expires",
                        ago(-Long.parseLong(left)),
                        "ttl",
                        "15000",
                        "inflight",
                        "0");
    }

    private static String ago(long millis) {
        List<?> time = REDIS.resp().list("TIME");
        return Long.toString(
                Long.parseLong((String) time.get(0)) * 1000 + Long.parseLong((String) time.get(1)) / 1000 - millis);
    }

    private static Scope key(String key) {
        return new Scope(null, key, null);
    }

    private static Scope id(String id) {
        return new Scope(null, null, new JobId(id));
    }

    private static CompletionStage<Void> pause() {
        return CompletableFuture.runAsync(() -> {}, CompletableFuture.delayedExecutor(250, TimeUnit.MILLISECONDS));
    }

    private static @Nullable Answer answer(Scope scope) {
        return get(new Why(REDIS.store(), WhyTest::pause).ask(TestPod.QUEUE, scope))
                .orElse(null);
    }

    private static List<String> texts(Scope scope) {
        Answer answer = answer(scope);
        return answer == null
                ? List.of()
                : answer.findings().stream().map(Answer.Finding::text).toList();
    }

    private static List<String> kinds(Scope scope) {
        Answer answer = answer(scope);
        return answer == null
                ? List.of()
                : answer.findings().stream()
                        .map(finding -> finding.cause().kind())
                        .toList();
    }

    private static String first(Scope scope) {
        return texts(scope).get(0);
    }
}
