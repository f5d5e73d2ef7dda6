package io.qbull.engine;

import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.qbull.model.Delivery;
import io.qbull.model.Enqueued;
import io.qbull.model.Failure;
import io.qbull.model.JobHandler;
import io.qbull.model.KeyHash;
import io.qbull.store.Inspector.QueueStatus;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.Patience;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("redis")
class StoreQueueNodeTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final JobHandler AT_ONCE = (delivery, outcome) -> outcome.completed();

    private final List<TestPod> pods = new ArrayList<>();

    @AfterEach
    void stop() {
        pods.forEach(TestPod::close);
        assertThat(pods).allSatisfy(pod -> assertThat(pod.failures).isEmpty());
    }

    @Test
    void owners_say_how_many_jobs_have_ended() {
        TestPod pod = pod("a", 1).consume(1, AT_ONCE);
        for (int i = 0; i < 3; i++) {
            pod.enqueue("k", "job" + i).join();
        }
        await().untilAsserted(() -> assertThat(get(REDIS.store().inspector().queue(TestPod.QUEUE)))
                .isInstanceOfSatisfying(
                        QueueStatus.Present.class,
                        queue -> assertThat(queue.readable())
                                .singleElement()
                                .extracting(partition -> String.valueOf(partition.progress()))
                                .asString()
                                .startsWith("Progress[done=3, ")));
    }

    @Test
    void a_pod_alone_takes_all_partitions_and_runs_the_jobs_of_each_key_in_order() {
        TestPod pod = pod("a", 16).consume(4, AT_ONCE);
        for (int n = 0; n < 50; n++) {
            for (String key : List.of("x", "y", "z")) {
                pod.enqueue(key, "" + n).join();
            }
        }
        await().until(() -> backlog(16) == 0);
        assertThat(pod.owned()).containsExactlyElementsOf(range(16));
        for (String key : List.of("x", "y", "z")) {
            assertThat(pod.bodies(key))
                    .containsExactlyElementsOf(
                            IntStream.range(0, 50).mapToObj(Integer::toString).toList());
        }
    }

    @Test
    void jobs_enqueued_without_waiting_keep_their_order_per_key() {
        TestPod pod = pod("a", 4).consume(4, AT_ONCE);
        CompletableFuture<?>[] all = IntStream.range(0, 5_000)
                .mapToObj(n -> pod.enqueue("k" + n % 7, "" + n))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(all).join();
        await().until(() -> backlog(4) == 0);
        assertThat(pod.started).hasSize(5_000);
        for (int key = 0; key < 7; key++) {
            assertThat(pod.bodies("k" + key).stream().map(Integer::valueOf).toList())
                    .isSorted();
        }
    }

    @Test
    void a_failing_job_is_retried_then_buried_and_its_partition_waits_meanwhile() {
        Predicate<Delivery> bad = d -> TestPod.body(d).equals("bad");
        TestPod pod = pod("a", 1).consume(1, (delivery, outcome) -> {
            if (bad.test(delivery)) {
                outcome.failed(Failure.of("partner says no"));
            } else {
                outcome.completed();
            }
        });
        for (String body : List.of("1", "bad", "2")) {
            pod.enqueue("k", body).join();
        }
        await().until(() -> backlog(1) == 0);
        assertThat(pod.bodies("k")).containsExactly("1", "bad", "bad", "bad", "2");
        assertThat(pod.started.stream().filter(bad).map(Delivery::attempt)).containsExactly(1, 2, 3);
        try (Resp redis = REDIS.server().connect()) {
            assertThat(redis.list("XRANGE", "{WHATSAPP:0}:dead", "-", "+").toString())
                    .contains("reason, partner says no", "attempts, 3", "k/bad");
        }
    }

    @Test
    void an_entry_that_cannot_be_decoded_is_buried_and_stops_nothing() {
        TestPod pod = pod("a", 1);
        pod.node.layout().toCompletableFuture().join();
        try (Resp redis = REDIS.server().connect()) {
            redis.call("XADD", "WHATSAPP:0", "*", "id", "i", "key", "", "ts", "x", "body", "");
        }
        pod.consume(1, AT_ONCE);
        pod.enqueue("k", "after").join();
        await().until(() -> backlog(1) == 0);
        assertThat(pod.bodies("k")).containsExactly("after");
        try (Resp redis = REDIS.server().connect()) {
            assertThat(redis.number("XLEN", "{WHATSAPP:0}:dead")).isEqualTo(1);
        }
    }

    @Test
    void a_job_that_runs_for_three_ttls_keeps_its_lease_and_is_committed_once() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        TestPod pod = pod("a", 1).consume(1, (delivery, outcome) -> {
            try {
                assertThat(end.await(Patience.LIMIT.toMillis(), TimeUnit.MILLISECONDS))
                        .isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            outcome.completed();
        });
        pod.enqueue("k", "long").join();
        await().until(() -> pod.started.size() == 1);
        pod("b", 1).consume(1, AT_ONCE);
        String epoch = epoch(0);
        await().pollDelay(TestPod.TTL.multipliedBy(3)).until(() -> backlog(1) == 1);
        assertThat(epoch(0)).isEqualTo(epoch);
        end.countDown();
        await().until(() -> backlog(1) == 0);
        assertThat(pods).flatExtracting(p -> p.started).hasSize(1);
    }

    @Test
    void a_partition_that_does_not_move_is_named_with_its_reason() {
        CompletableFuture<JobHandler.Outcome> running = new CompletableFuture<>();
        TestPod pod = pod("a", 1).consume(1, Duration.ofMillis(1), (delivery, outcome) -> running.complete(outcome));
        pod.enqueue("k", "long").join();
        await().untilAsserted(() -> assertThat(pod.node.status().standstill())
                .startsWith("partition WHATSAPP:0 has not moved for ")
                .contains(": job ", " of key k has been running for ", " in pod a"));
        running.join().completed();
        await().until(() -> pod.node.status().standstill().isEmpty());
    }

    @Test
    void each_partition_that_does_not_move_is_named() {
        List<JobHandler.Outcome> running = new CopyOnWriteArrayList<>();
        TestPod pod = pod("a", 2).consume(2, Duration.ofMillis(1), (delivery, outcome) -> running.add(outcome));
        for (int n = 0; n < 8; n++) {
            pod.enqueue("k" + n, "long").join();
        }
        await().untilAsserted(() -> assertThat(pod.node.status().standstill().split("; "))
                .hasSize(2)
                .allMatch(each -> each.matches("partition WHATSAPP:[01] has not moved for \\d+ s: job .*")));
        await().until(() -> {
            while (!running.isEmpty()) {
                running.remove(0).completed();
            }
            return pod.node.status().standstill().isEmpty();
        });
    }

    @Test
    void a_pod_that_joins_gets_its_share_and_no_job_runs_twice_or_out_of_order() {
        TestPod first = pod("a", 8).consume(4, AT_ONCE);
        await().until(() -> first.owned().size() == 8);
        List<CompletableFuture<Enqueued>> added = new ArrayList<>();
        IntStream.range(0, 3_000).forEach(n -> added.add(first.enqueue("k" + n % 50, "" + n)));
        TestPod second = pod("b", 8).consume(4, AT_ONCE);
        IntStream.range(3_000, 6_000).forEach(n -> added.add(first.enqueue("k" + n % 50, "" + n)));
        added.forEach(CompletableFuture::join);
        await().until(() -> second.owned().size() == 4 && first.owned().size() == 4);
        await().until(() -> backlog(8) == 0);
        everyJobRanOnceInOrder(6_000);
    }

    @Test
    void a_stopped_pod_releases_at_once_and_nothing_runs_twice() {
        TestPod first = pod("a", 4).consume(4, AT_ONCE);
        TestPod second = pod("b", 4).consume(4, AT_ONCE);
        await().until(() -> first.owned().size() + second.owned().size() == 4);
        List<CompletableFuture<Enqueued>> added = new ArrayList<>();
        IntStream.range(0, 4_000).forEach(n -> added.add(second.enqueue("k" + n % 50, "" + n)));
        first.node.drain().toCompletableFuture().join();
        assertThat(first.owned()).isEmpty();
        assertThat(first.node.unfinished()).isZero();
        await().until(() -> second.owned().size() == 4);
        added.forEach(CompletableFuture::join);
        await().until(() -> backlog(4) == 0);
        everyJobRanOnceInOrder(4_000);
    }

    @Test
    void a_node_can_consume_again_after_a_drain() {
        TestPod pod = pod("a", 2).consume(2, AT_ONCE);
        assertThatThrownBy(() -> pod.consume(2, AT_ONCE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("WHATSAPP");
        pod.node.drain().toCompletableFuture().join();
        pod.node.drain().toCompletableFuture().join();
        pod.consume(2, AT_ONCE);
        pod.enqueue("k", "again").join();
        await().until(() -> pod.bodies("k").contains("again") && backlog(2) == 0);
    }

    @Test
    void a_crashed_pods_partitions_move_and_its_open_jobs_run_again_in_order() {
        TestPod victim = new TestPod("victim", 2, REDIS.store()).consume(2, (delivery, outcome) -> {
            if (Integer.parseInt(TestPod.body(delivery)) < 5) {
                outcome.completed();
            }
        });
        for (int n = 0; n < 20; n++) {
            victim.enqueue("k", "" + n).join();
        }
        await().until(() -> victim.bodies("k").size() == 6 && backlog(2) == 15);
        victim.crash();
        TestPod heir = pod("heir", 2).consume(2, AT_ONCE);
        await().until(() -> backlog(2) == 0);
        assertThat(heir.bodies("k"))
                .containsExactlyElementsOf(
                        IntStream.range(5, 20).mapToObj(Integer::toString).toList());
    }

    @Test
    void everything_continues_by_itself_after_a_restart_of_redis() {
        TestPod first = pod("a", 4).consume(2, AT_ONCE);
        TestPod second = pod("b", 4).consume(2, AT_ONCE);
        List<CompletableFuture<Enqueued>> added = new ArrayList<>();
        IntStream.range(0, 2_000).forEach(n -> added.add(first.enqueue("k" + n % 20, "" + n)));
        added.forEach(CompletableFuture::join);
        REDIS.server().kill();
        REDIS.server().restart();
        IntStream.range(2_000, 4_000).forEach(n -> added.add(second.enqueue("k" + n % 20, "" + n)));
        added.forEach(CompletableFuture::join);
        await().until(() -> backlog(4) == 0);
        everyFirstRunWasInOrder(4_000);
    }

    @Test
    void a_pod_that_maps_keys_in_another_way_says_so_and_does_not_start_until_both_are_the_same() {
        TestPod first = pod("a", 4).consume(2, AT_ONCE);
        first.enqueue("k", "1").join();
        try (CapturedLog log = new CapturedLog();
                TestPod other = new TestPod("b", 4, REDIS.store(), KeyHash.QBULL_PYTHON).consume(2, AT_ONCE)) {
            String problem = "queue WHATSAPP has keyHash=xxh64 on record and this pod keyHash=qbull-python, so it would"
                    + " break the order of keys; it works on this queue once both are the same";
            await().until(() -> other.node.status().problem().equals(problem));
            assertThat(log.warnings())
                    .containsOnlyOnce("queue=WHATSAPP refused by Redis, a person must act: " + problem);
            assertThat(other.enqueue("k", "2").handle((job, failure) -> failure).join())
                    .hasMessage("a person must act first; the job was not added: " + problem);
            assertThat(other.owned()).isEmpty();
            await().until(() -> first.owned().size() == 4);
            first.enqueue("k", "3").join();
            try (Resp redis = REDIS.server().connect()) {
                redis.call("HSET", "{WHATSAPP}:layout", "key_hash", "qbull-python");
                await().until(() -> other.owned().size() == 2);
                redis.call("HSET", "{WHATSAPP}:layout", "key_hash", "xxh64");
            }
        }
    }

    @Test
    void an_outage_is_one_warning_and_its_end_one_line() {
        try (CapturedLog log = new CapturedLog()) {
            TestPod pod = pod("a", 4).consume(4, AT_ONCE);
            await().until(() -> pod.owned().size() == 4);
            pod.enqueue("k", "before").join();
            REDIS.server().kill();
            CompletableFuture<Enqueued> during = pod.enqueue("k", "during");
            await().until(() -> !pod.node.status().problem().isEmpty());
            await().pollDelay(TestPod.TTL).until(() -> !during.isDone());
            REDIS.server().restart();
            during.join();
            await().until(() ->
                    pod.node.status().problem().isEmpty() && pod.owned().size() == 4 && backlog(4) == 0);
            pod.node.close();
            assertThat(log.warnings())
                    .singleElement()
                    .asString()
                    .startsWith("queue=WHATSAPP Redis at 127.0.0.1:")
                    .contains(" is away: ")
                    .endsWith("partitions [0, 1, 2, 3] may wait");
            assertThat(log.lines("Redis answers again")).hasSize(1);
        }
    }

    @Test
    void killed_connections_and_flushed_scripts_do_no_harm() {
        TestPod pod = pod("a", 4).consume(4, AT_ONCE);
        List<CompletableFuture<Enqueued>> added = new ArrayList<>();
        for (int round = 0; round < 5; round++) {
            int from = round * 500;
            IntStream.range(from, from + 500).forEach(n -> added.add(pod.enqueue("k" + n % 20, "" + n)));
            try (Resp redis = REDIS.server().connect()) {
                redis.call("SCRIPT", "FLUSH");
                redis.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
            }
        }
        added.forEach(CompletableFuture::join);
        await().until(() -> backlog(4) == 0);
        everyFirstRunWasInOrder(2_500);
    }

    @Test
    void a_caller_given_id_is_added_once() {
        TestPod pod = pod("a", 4);
        Enqueued first = pod.enqueue("k", "1", "order-7").join();
        Enqueued second = pod.enqueue("k", "2", "order-7").join();
        assertThat(first.duplicate()).isFalse();
        assertThat(second.duplicate()).isTrue();
        assertThat(second.partition()).isEqualTo(first.partition());
        assertThat(backlog(4)).isEqualTo(1);
    }

    private TestPod pod(String name, int partitions) {
        TestPod pod = new TestPod(name, partitions, REDIS.store());
        pods.add(pod);
        return pod;
    }

    private void everyJobRanOnceInOrder(int jobs) {
        assertThat(pods).flatExtracting(pod -> pod.started).hasSize(jobs);
        everyFirstRunWasInOrder(jobs);
    }

    /** By epoch and place: what a later owner ran comes after what an earlier one did. */
    private void everyFirstRunWasInOrder(int jobs) {
        List<Delivery> all = pods.stream()
                .flatMap(pod -> List.copyOf(pod.started).stream())
                .sorted(Comparator.comparing((Delivery d) -> d.lease().epoch()))
                .toList();
        assertThat(all.stream().map(TestPod::body).distinct()).hasSize(jobs);
        for (String key : all.stream().map(d -> d.job().key()).distinct().toList()) {
            List<Integer> firstRuns = all.stream()
                    .filter(d -> d.job().key().equals(key))
                    .map(TestPod::body)
                    .map(Integer::valueOf)
                    .distinct()
                    .toList();
            assertThat(firstRuns).isSorted();
        }
    }

    private static long backlog(int partitions) {
        try (Resp redis = REDIS.server().connect()) {
            return IntStream.range(0, partitions)
                    .mapToLong(p -> redis.number("XLEN", "WHATSAPP:" + p))
                    .sum();
        }
    }

    private static String epoch(int partition) {
        try (Resp redis = REDIS.server().connect()) {
            return redis.text("HGET", "{WHATSAPP:" + partition + "}:lease", "epoch");
        }
    }

    private static List<Integer> range(int size) {
        return IntStream.range(0, size).boxed().toList();
    }
}
