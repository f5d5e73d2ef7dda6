package io.qbull.engine;

import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.config.DeadLimits;
import io.qbull.config.LeaseSettings;
import io.qbull.config.PumpSettings;
import io.qbull.config.RedisSettings;
import io.qbull.engine.QueueNode.Consumption;
import io.qbull.model.Failure;
import io.qbull.model.JobHandler;
import io.qbull.model.JobId;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.Pause;
import io.qbull.model.TaskQueue;
import io.qbull.ops.why.Answer;
import io.qbull.ops.why.Scope;
import io.qbull.ops.why.Why;
import io.qbull.ops.why.WhyJson;
import io.qbull.ops.why.WhyText;
import io.qbull.resize.Headroom;
import io.qbull.resize.Resizer;
import io.qbull.store.HeldJobs;
import io.qbull.store.PauseTable;
import io.qbull.store.Store;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.FailedSave;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import io.qbull.testing.Retries;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What stands still is named by the command line, the API, the health and the log in the same words, in time. A job that runs too long is
 * in {@link WhyTest}, and in {@link io.qbull.app.WhyAppTest} through the whole program.
 */
@Tag("redis")
class CausesTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final Duration STALL_AFTER = Duration.ofSeconds(1);
    /** The watchdog's time. */
    private static final Duration SOON = STALL_AFTER.plusSeconds(2);

    /** Nothing here waits for a lease to run out. */
    private static final Duration TTL = Duration.ofSeconds(30);

    private static final JobHandler.Outcome[] NONE = {};
    private final List<TestPod> pods = new ArrayList<>();
    private final List<JobHandler.Outcome> running = new CopyOnWriteArrayList<>();
    private final ExecutorService workers = Executors.newCachedThreadPool();
    private CapturedLog log;
    private Resp resp;

    @BeforeEach
    void open() {
        log = new CapturedLog();
        resp = REDIS.resp();
    }

    @AfterEach
    void stop() {
        List.of(running.toArray(NONE)).forEach(JobHandler.Outcome::completed);
        pods.forEach(TestPod::close);
        workers.shutdownNow();
        log.close();
    }

    @Test
    void a_suspect_of_another_partition_is_named() {
        TestPod pod = pod("a", 2);
        for (int index = 0; index < 2; index++) {
            lease(index, "dead", -60_000);
            pod.enqueue(key(index, 2), "one").join();
        }
        consume(pod, 2, workers);
        await().until(() -> !running.isEmpty());
        named(
                pod,
                "suspect-elsewhere",
                "partition WHATSAPP:\\d has not moved for [\\d.]+ m?s: job key\\d+/one of key key\\d+ in partition WHATSAPP:\\d,"
                        + " which may have crashed a process, runs first");
        assertThat(running).hasSize(1);
    }

    @Test
    void a_job_that_no_worker_takes_is_named_with_what_it_waits_for() {
        TestPod pod = pod("a", 1);
        consume(pod, 1, new TaskQueue() {
            @Override
            public void execute(Runnable task) {
                // Nobody comes for it.
            }

            @Override
            public boolean takeBack(Runnable task) {
                return true;
            }

            @Override
            public String waitsFor(Runnable task) {
                return "a thread";
            }
        });
        pod.enqueue("k", "one").join();
        named(
                pod,
                "no-worker",
                "partition WHATSAPP:0 has not moved for [\\d.]+ m?s: job k/one of key k waits for a thread");
    }

    @Test
    void workers_that_take_no_job_are_named() {
        TestPod pod = pod("a", 1);
        consume(pod, 1, task -> {
            throw new RejectedExecutionException("full");
        });
        pod.enqueue("k", "one").join();
        named(
                pod,
                "standing",
                "partition WHATSAPP:0 has not moved for [\\d.]+ m?s: no thread could be had for its job");
    }

    @Test
    void a_command_without_an_answer_is_named() {
        TestPod pod = pod("a", 1, neverReadsHeldKeys(REDIS.store()));
        pod.enqueue("k", "one").join();
        consume(pod, 1, workers);
        named(
                pod,
                "unanswered",
                "partition WHATSAPP:0 has not moved for [\\d.]+ m?s: Redis has not answered a command");
    }

    @Test
    void a_partition_that_waits_for_a_resize_names_the_one_that_has_not_moved() {
        TestPod pod = pod("a", 1);
        consume(pod, 2, workers);
        pod.enqueue(key(1, 2), "leaves").join();
        await().until(() -> !running.isEmpty());
        get(new Resizer(REDIS.store().resize(), new Headroom(REDIS.store().examiner())).begin(TestPod.QUEUE, 2));
        await().until(() -> pod.node.status().owned().size() == 2);
        pod.enqueue(key(1, 2), "waits").join();
        String job = "job " + key(1, 2) + "/leaves of key " + key(1, 2) + " has been running for [\\d.]+ s in pod a.*";
        named(
                pod,
                "resize-barrier",
                "partition WHATSAPP:1: its jobs wait until partition 0 has moved what leaves for the resize from 1 to 2"
                        + " partitions");
        assertThat(texts(new Scope(0, null, null)))
                .anyMatch(text -> text.matches("partition WHATSAPP:0( has not moved for [\\d.]+ s)?: " + job));
        assertThat(texts(new Scope(null, null, new JobId(key(1, 2) + "/waits"))))
                .anyMatch(text -> text.contains("until partition 0 has moved"));

        running.remove(0).completed();
        await().untilAsserted(() -> assertThat(running).hasSize(1));
        await().until(() -> !pod.node.status().standstill().contains("until partition 0"));
        assertThat(log.seen("partition WHATSAPP:1 does not stand still any more"))
                .isNotEmpty();
        assertThat(log.lines("is given up")).as("it was no fault of the pod").isEmpty();
    }

    @Test
    void a_partition_for_which_no_pod_has_room_is_named_by_a_pod_that_stays_ready() {
        TestPod pod = pod("a", 2);
        consume(pod, 1, workers);
        await().until(() -> pod.node.status().owned().size() == 1);
        int other = 1 - pod.owned().get(0);
        pod.enqueue(key(other, 2), "one").join();
        named(
                pod,
                "no-capacity",
                "partition WHATSAPP:" + other
                        + ": the partition never had an owner, and the only pod owns as many partitions"
                        + " as it may \\(1\\)");
        assertThat(pod.node.status().stalled()).as("its own partition works").isFalse();
    }

    @Test
    void a_lease_that_has_expired_is_named_with_the_pod_that_takes_the_partition() {
        TestPod pod = pod("a", 2);
        consume(pod, 1, workers);
        await().until(() -> pod.node.status().owned().size() == 1);
        int other = 1 - pod.owned().get(0);
        pod.enqueue(key(other, 2), "one").join();
        long now = now();
        resp.call(
                "HSET",
                "{WHATSAPP}:pods",
                "heir",
                "{\"partitions\":[],\"capacity\":1,\"most\":1,\"started\":" + now + ",\"seen\":" + now
                        + ",\"ttl\":60000}");
        lease(other, "dead", -5_000);
        named(
                pod,
                "no-owner",
                "partition WHATSAPP:" + other
                        + ": the lease of pod dead expired [\\d.]+ s ago, and pod heir takes the partition next");
    }

    @Test
    void a_pod_that_does_not_renew_its_lease_is_named_by_another_one() {
        TestPod pod = pod("a", 2);
        consume(pod, 1, workers);
        await().until(() -> pod.node.status().owned().size() == 1);
        int other = 1 - pod.owned().get(0);
        pod.enqueue(key(other, 2), "one").join();
        lease(other, "frozen", 12_000);
        named(
                pod,
                "not-renewed",
                "partition WHATSAPP:" + other
                        + ": pod frozen owns the partition but has not renewed its lease for (18|19|2\\d) s,"
                        + " and another pod can take it in [\\d.]+ s");
        assertThat(pod.node.status().stalled()).isFalse();
    }

    @Test
    void of_several_pods_one_logs_what_no_other_pod_owns() {
        TestPod producer = pod("p", 3);
        for (int index = 0; index < 3; index++) {
            producer.enqueue(key(index, 3), "one").join();
        }
        List<TestPod> consumers = List.of(pod("a", 3), pod("b", 3));
        consumers.forEach(pod -> consume(pod, 1, Duration.ofSeconds(1), workers, (delivery, outcome) -> {}));
        await().until(() ->
                consumers.stream().allMatch(pod -> pod.node.status().owned().size() == 1));
        String text = ": the partition never had an owner, and all 2 pods own as many partitions as they may (2)";
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(consumers.stream()
                                .filter(pod -> pod.node.status().standstill().contains(text)))
                        .hasSize(1));
        await().until(() -> !log.lines(text).isEmpty());
        assertThat(log.lines(text)).hasSize(1);
    }

    @Test
    void a_held_key_is_named_and_the_log_has_its_failure() {
        TestPod pod = pod("a", 1);
        pod.enqueue("k", "one").join();
        consume(pod, 1, workers, (delivery, outcome) -> outcome.failed(Failure.of("refused")));
        String text =
                "key k is held after 1 failed attempt of job k/one \\(refused\\), and runs again in \\d+ min( \\d+ s)?";
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(pod.node.status().standstill()).matches(".*: " + text);
            assertThat(texts(Scope.ALL)).allMatch(each -> each.matches(".*: " + text));
            assertThat(log.lines("refused")).anyMatch(line -> line.contains("k/one") && line.contains("WHATSAPP"));
        });
        assertThat(pod.node.status().stalled()).isFalse();
    }

    @Test
    void a_pause_is_named_with_who_and_until_when() {
        TestPod pod = pod("a", 1);
        consume(pod, 1, workers);
        await().until(() -> pod.node.status().owned().size() == 1);
        get(REDIS.store()
                .pauses()
                .pause(TestPod.QUEUE, new Pause.Scope.Partition(0), "ann", "night", PauseTable.End.OPEN));
        await().until(() -> !pod.node.status().standstill().isEmpty());
        pod.enqueue("k", "one").join();
        String text = "partition 0 is paused by ann since 20\\S+Z, until somebody resumes it: night";
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(pod.node.status().standstill()).matches(text);
            assertThat(texts(Scope.ALL)).singleElement().asString().matches("partition WHATSAPP:0: " + text);
            assertThat(log.lines("is paused")).singleElement().asString().matches("queue=WHATSAPP " + text);
        });
        assertThat(pod.node.status().stalled()).isFalse();
        get(REDIS.store().pauses().resume(TestPod.QUEUE, Set.of(new Pause.Scope.Partition(0))));
        await().until(() -> pod.node.status().standstill().isEmpty());
    }

    @Test
    void a_redis_that_takes_no_writes_is_named() throws Exception {
        TestPod pod = pod("a", 1);
        consume(pod, 1, workers);
        pod.enqueue("k", "one").join();
        await().until(() -> !running.isEmpty());
        FailedSave.on(resp);
        try {
            await().atMost(SOON.plusSeconds(10)).untilAsserted(() -> {
                assertThat(texts(Scope.ALL).get(0)).contains("Redis takes no writes: Redis replies: MISCONF");
                assertThat(pod.node.status().problem()).contains("MISCONF");
                assertThat(log.warnings()).anyMatch(line -> line.contains("MISCONF"));
            });
        } finally {
            resp.call("CONFIG", "SET", "save", "");
        }
    }

    @Test
    void a_redis_that_is_away_is_named_with_its_address_and_all_goes_on() {
        TestPod pod = pod("a", 1);
        consume(pod, 1, workers);
        await().until(() -> pod.node.status().owned().size() == 1);
        Store asking = REDIS.store(RedisSettings.forLeases(REDIS.server().uri(), Duration.ofSeconds(3)));
        get(asking.layouts().history(TestPod.QUEUE));
        REDIS.server().pause();
        try {
            await().atMost(SOON.plusSeconds(2)).untilAsserted(() -> {
                String why = get(new Why(asking, CausesTest::pause).ask(TestPod.QUEUE, Scope.ALL))
                        .orElseThrow()
                        .findings()
                        .get(0)
                        .cause()
                        .sentence();
                assertThat(why).contains("127.0.0.1:" + REDIS.server().port());
                assertThat(pod.node.status().problem()).isEqualTo(why);
                assertThat(log.warnings()).anyMatch(line -> line.contains(why));
            });
        } finally {
            REDIS.server().resume();
        }
        await().until(() -> pod.node.status().problem().isEmpty());
    }

    /** The command line, the API, the health and the log say it. */
    private void named(TestPod pod, String kind, String text) {
        await().atMost(SOON).pollInterval(Duration.ofMillis(200)).untilAsserted(() -> {
            assertThat(pod.node.status().standstill().split("; ")).anyMatch(each -> each.matches(text));
            assertThat(log.warnings()).anyMatch(line -> line.matches("queue=WHATSAPP " + text));
            Answer answer = answer(Scope.ALL);
            assertThat(WhyText.of(answer).lines()).anyMatch(line -> line.matches(text));
            assertThat(WhyJson.of(answer).path("causes"))
                    .anyMatch(cause -> cause.path("cause").asText().equals(kind)
                            && cause.path("text").asText().matches(text));
        });
    }

    private TestPod pod(String name, int partitions) {
        return pod(name, partitions, REDIS.store());
    }

    private TestPod pod(String name, int partitions, Store store) {
        TestPod pod = new TestPod(name, partitions, store);
        pods.add(pod);
        return pod;
    }

    private void consume(TestPod pod, int partitions, Executor executor) {
        consume(pod, partitions, executor, (delivery, outcome) -> running.add(outcome));
    }

    private void consume(TestPod pod, int partitions, Executor executor, JobHandler handler) {
        consume(pod, partitions, TTL, executor, handler);
    }

    private void consume(TestPod pod, int partitions, Duration ttl, Executor executor, JobHandler handler) {
        pod.node.consume(
                new Consumption(
                        new LeaseSettings(partitions, partitions, true, Duration.ofSeconds(60), ttl),
                        new PumpSettings(
                                1,
                                128,
                                1 << 20,
                                Duration.ofMillis(5),
                                Retries.of(5, Duration.ofHours(1)),
                                Duration.ofSeconds(60),
                                Duration.ofMillis(100)),
                        STALL_AFTER,
                        DeadLimits.NONE),
                handler,
                executor);
    }

    /** A lease that lives for so long, or has ended so long ago (ms). */
    private void lease(int index, String owner, long left) {
        resp.call(
                "HSET",
                "{WHATSAPP:" + index + "}:lease",
                "owner",
                owner + "#1",
                "epoch",
                "7",
                "expires",
                Long.toString(now() + left),
                "ttl",
                Long.toString(TTL.toMillis()),
                "window",
                "5",
                "inflight",
                "0");
    }

    private long now() {
        List<?> time = resp.list("TIME");
        return Long.parseLong((String) time.get(0)) * 1000 + Long.parseLong((String) time.get(1)) / 1000;
    }

    /** A key of a partition. */
    private static String key(int index, int partitions) {
        Layout layout = new Layout(1, partitions);
        return IntStream.range(0, 1000)
                .mapToObj(n -> "key" + n)
                .filter(key -> layout.indexOf(KeyHash.XXH64.hash(key)) == index)
                .findFirst()
                .orElseThrow();
    }

    private static Store neverReadsHeldKeys(Store real) {
        HeldJobs held = proxy(HeldJobs.class, real.held(), "keys", new CompletableFuture<>());
        return proxy(Store.class, real, "held", held);
    }

    private static <T> T proxy(Class<T> port, T real, String method, Object answer) {
        return port.cast(Proxy.newProxyInstance(
                port.getClassLoader(),
                new Class<?>[] {port},
                (self, called, arguments) ->
                        called.getName().equals(method) ? answer : called.invoke(real, arguments)));
    }

    private static CompletionStage<@Nullable Void> pause() {
        return CompletableFuture.runAsync(() -> {}, CompletableFuture.delayedExecutor(250, TimeUnit.MILLISECONDS));
    }

    private static Answer answer(Scope scope) {
        return get(new Why(REDIS.store(), CausesTest::pause).ask(TestPod.QUEUE, scope))
                .orElseThrow();
    }

    private static List<String> texts(Scope scope) {
        return answer(scope).findings().stream().map(Answer.Finding::text).toList();
    }
}
