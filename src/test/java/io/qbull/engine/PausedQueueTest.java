package io.qbull.engine;

import static io.qbull.testing.Waiting.failure;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.model.EnqueueException;
import io.qbull.model.JobHandler;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.Pause.Scope;
import io.qbull.store.PauseTable.Change;
import io.qbull.store.PauseTable.End;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.RedisExtension;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Pods of a queue that people pause and resume. */
@Tag("redis")
class PausedQueueTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final int P = 4;
    private static final JobHandler DONE = (delivery, outcome) -> outcome.completed();
    private static final Scope ALL = new Scope.Queue();
    private static final Scope NEW = new Scope.NewJobs();
    private static final String LAYOUT = "{" + TestPod.QUEUE + "}:layout";

    private final CapturedLog log = new CapturedLog();

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void no_pod_starts_a_job_of_a_paused_queue_and_each_runs_once_in_order_afterwards() {
        try (TestPod one = pod("a", P / 2);
                TestPod two = pod("b", P / 2)) {
            await().until(() -> one.owned().size() == 2 && two.owned().size() == 2);
            pause(ALL, End.OPEN);
            await().until(() -> log.lines("the queue is paused by ann").size() == 2);
            add(one, 40);
            aWhile();
            assertThat(one.started).isEmpty();
            assertThat(two.started).isEmpty();
            assertThat(one.node.status().standstill())
                    .startsWith("the queue is paused by ann")
                    .doesNotContain(";");
            assertThat(one.node.status().stalled()).isFalse();
            resume(ALL);
            await().until(() -> one.started.size() + two.started.size() == 40);
            assertInOrder(one, two);
        }
    }

    @Test
    void a_change_that_is_not_announced_is_noticed() {
        try (TestPod one = pod("a")) {
            await().until(() -> one.owned().size() == P);
            REDIS.resp().call("HSET", LAYOUT, "paused", "1 0 {\"by\":\"bob\"}", "pauses", "7");
            await().until(() -> log.lines("the queue is paused by bob").size() == 1);
            add(one, 4);
            aWhile();
            assertThat(one.started).isEmpty();
            REDIS.resp().call("HDEL", LAYOUT, "paused");
            REDIS.resp().call("HSET", LAYOUT, "pauses", "8");
            await().until(() -> one.started.size() == 4);
        }
    }

    @Test
    void a_pause_ends_by_itself() {
        try (TestPod one = pod("a")) {
            await().until(() -> one.owned().size() == P);
            pause(ALL, new End(Duration.ofSeconds(1), null));
            await().until(() -> log.lines("the queue is paused by ann").size() == 1);
            add(one, 8);
            await().until(() -> one.started.size() == 8);
            assertThat(log.lines("the queue is no longer paused by ann")).hasSize(1);
        }
    }

    @Test
    void a_pod_that_takes_over_or_starts_finds_what_is_paused() {
        TestPod first = pod("a");
        await().until(() -> first.owned().size() == P);
        pause(ALL, End.OPEN);
        await().until(() -> log.lines("the queue is paused by ann").size() == 1);
        add(first, 12);
        first.crash();
        try (TestPod second = pod("b")) {
            await().until(() -> second.owned().size() == P);
            aWhile();
            assertThat(second.started).isEmpty();
            resume(ALL);
            await().until(() -> second.started.size() == 12);
            assertInOrder(second);
        }
    }

    @Test
    void of_a_paused_partition_the_others_run() {
        try (TestPod one = pod("a")) {
            await().until(() -> one.owned().size() == P);
            pause(new Scope.Partition(1), End.OPEN);
            await().until(() -> log.lines("partition 1 is paused by ann").size() == 1);
            add(one, 40);
            await().until(() -> one.started.size() == 30);
            aWhile();
            assertThat(one.started)
                    .noneMatch(delivery -> delivery.lease().partition().index() == 1);
            resume(new Scope.Partition(1));
            await().until(() -> one.started.size() == 40);
            assertInOrder(one);
        }
    }

    @Test
    void a_paused_key_lets_hundreds_of_jobs_of_others_pass_and_goes_on_in_order() {
        try (TestPod one = pod("a")) {
            await().until(() -> one.owned().size() == P);
            String key = keyOf(0);
            pause(new Scope.Key(key), End.OPEN);
            await().until(() -> log.lines("key " + key + " is paused by ann").size() == 1);
            for (int i = 0; i < 400; i++) {
                one.enqueue(key, "b" + i).join();
            }
            add(one, 40);
            await().until(() -> one.started.size() == 40);
            assertThat(one.bodies(key)).isEmpty();
            resume(new Scope.Key(key));
            await().until(() -> one.started.size() == 440);
            assertThat(one.bodies(key))
                    .containsExactlyElementsOf(
                            IntStream.range(0, 400).mapToObj(i -> "b" + i).toList());
        }
    }

    @Test
    void a_drained_queue_takes_no_new_jobs_on_any_pod_and_runs_those_that_it_has() {
        try (TestPod consumer = pod("a");
                TestPod producer = new TestPod("b", P, REDIS.store())) {
            await().until(() -> consumer.owned().size() == P);
            pause(ALL, End.OPEN);
            await().until(() -> log.lines("the queue is paused by ann").size() == 1);
            add(producer, 8);
            pause(NEW, End.OPEN);
            await().until(() ->
                    log.lines("the queue takes no new jobs: drained by ann").size() == 2);
            for (TestPod pod : List.of(consumer, producer)) {
                assertRefused(pod);
            }
            try (TestPod late = new TestPod("c", P, REDIS.store())) {
                assertRefused(late);
            }
            resume(ALL);
            await().until(() -> consumer.started.size() == 8);
            resume(NEW);
            await().ignoreExceptions()
                    .until(() -> producer.enqueue("k", "again").join() != null);
            await().until(() -> consumer.started.size() == 9);
        }
    }

    private static void assertRefused(TestPod pod) {
        assertThat(failure(pod.enqueue("k", "refused"))).isInstanceOfSatisfying(EnqueueException.class, refused -> {
            assertThat(refused.kind()).isEqualTo(EnqueueException.Kind.DRAINING);
            assertThat(refused).hasMessage("not added: queue WHATSAPP takes no new jobs: it is drained by ann: why");
        });
    }

    private TestPod pod(String name) {
        return pod(name, P);
    }

    private static TestPod pod(String name, int most) {
        return new TestPod(name, P, REDIS.store()).consume(most, Duration.ofMillis(500), DONE);
    }

    /** Adds jobs of one more key a partition, ten of each at most. */
    private static void add(TestPod pod, int count) {
        for (int i = 0; i < count; i++) {
            pod.enqueue("p" + keyOf(i % P), "b" + i / P).join();
        }
    }

    private static String keyOf(int partition) {
        return Stream.iterate(0, i -> i + 1)
                .map(i -> "key" + i)
                .filter(each -> new Layout(1, P).indexOf(KeyHash.XXH64, each) == partition
                        && new Layout(1, P).indexOf(KeyHash.XXH64, "p" + each) == partition)
                .findFirst()
                .orElseThrow();
    }

    private static void assertInOrder(TestPod... pods) {
        for (int partition = 0; partition < P; partition++) {
            String key = "p" + keyOf(partition);
            List<String> bodies =
                    Stream.of(pods).flatMap(pod -> pod.bodies(key).stream()).toList();
            assertThat(bodies)
                    .containsExactlyElementsOf(IntStream.range(0, bodies.size())
                            .mapToObj(i -> "b" + i)
                            .toList());
        }
    }

    /** Long enough for a job to start. */
    private static void aWhile() {
        await().pollDelay(TestPod.TTL).until(() -> true);
    }

    private static void pause(Scope scope, End end) {
        assertThat(get(REDIS.store().pauses().pause(TestPod.QUEUE, scope, "ann", "why", end)))
                .isEqualTo(Change.DONE);
    }

    private static void resume(Scope scope) {
        assertThat(get(REDIS.store().pauses().resume(TestPod.QUEUE, Set.of(scope))))
                .isEqualTo(Change.DONE);
    }
}
