package io.qbull.store.redis;

import static io.qbull.store.redis.Seed.P;
import static io.qbull.store.redis.Seed.QUEUE;
import static io.qbull.store.redis.Seed.STREAM;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.model.PartitionId;
import io.qbull.model.StreamId;
import io.qbull.store.WakeUps;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("redis")
class WakeUpsTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final PartitionId Q4 = new PartitionId(QUEUE, 4);

    private RedisStore store;
    private WakeUps wakeUps;
    private Resp resp;

    @BeforeEach
    void open() {
        resp = REDIS.resp();
        store = REDIS.store();
        wakeUps = store.wakeUps();
        await().ignoreExceptions().until(() -> get(store.leases().peek(List.of(P))) != null);
    }

    @Test
    void a_job_wakes_its_partition_at_once_and_once() throws Exception {
        CountDownLatch woken = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        wakeUps.watch(P, new WakeUps.Known(StreamId.START, StreamId.START), () -> {
            calls.incrementAndGet();
            woken.countDown();
        });
        blocked();
        long started = System.nanoTime();
        add(STREAM);
        assertThat(woken.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(2));
        add(STREAM);
        CountDownLatch other = watch(Q4, StreamId.START);
        add("Q:4");
        assertThat(other.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(calls).hasValue(1);
    }

    @Test
    void a_job_that_is_already_there_wakes_too() throws Exception {
        add(STREAM);
        assertThat(watch(P, StreamId.START).await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void readers_that_fail_for_one_cause_are_one_line() {
        WakeUps limited = REDIS.storeWithout("xread").wakeUps();
        Set<PartitionId> woken = ConcurrentHashMap.newKeySet();
        try (CapturedLog log = new CapturedLog()) {
            // More than one reader takes.
            for (int index = 0; index < 40; index++) {
                PartitionId partition = new PartitionId(QUEUE, index);
                limited.watch(partition, new WakeUps.Known(StreamId.START, StreamId.START), () -> woken.add(partition));
            }
            await().untilAsserted(() -> assertThat(woken).hasSize(40));
            assertThat(log.lines("Cannot wait for new jobs")).hasSize(1);
        }
    }

    @Test
    void a_job_that_is_known_does_not_wake() throws Exception {
        StreamId known = add(STREAM);
        CountDownLatch woken = watch(P, known);
        blocked();
        assertThat(woken.getCount()).isEqualTo(1);
        add(STREAM);
        assertThat(woken.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void without_a_watch_of_the_stream_only_new_requests_wake() throws Exception {
        StreamId known = add("{" + STREAM + "}:inbox");
        CountDownLatch woken = new CountDownLatch(1);
        wakeUps.watch(P, new WakeUps.Known(null, known), woken::countDown);
        CountDownLatch all = new CountDownLatch(1);
        wakeUps.watch(Q4, new WakeUps.Known(null, StreamId.END), all::countDown);
        blocked();
        add(STREAM);
        add("{Q:4}:inbox");
        assertThat(woken.getCount()).isEqualTo(1);
        add("{" + STREAM + "}:inbox");
        assertThat(woken.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(all.getCount()).isEqualTo(1);
        // They are not requests of QBull.
        resp.call("DEL", "{" + STREAM + "}:inbox", "{Q:4}:inbox");
    }

    @Test
    void a_partition_added_while_others_wait_is_watched_at_once() throws Exception {
        CountDownLatch first = watch(P, StreamId.START);
        blocked();
        for (int index = 10; index < 40; index++) {
            CountDownLatch woken = watch(new PartitionId(QUEUE, index), StreamId.START);
            long started = System.nanoTime();
            add("Q:" + index);
            assertThat(woken.await(5, TimeUnit.SECONDS)).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(2));
        }
        assertThat(first.getCount()).isEqualTo(1);
        add(STREAM);
        assertThat(first.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void hundreds_of_partitions_added_at_once_are_all_watched() throws Exception {
        CountDownLatch woken = new CountDownLatch(300);
        for (int index = 0; index < 300; index++) {
            wakeUps.watch(
                    new PartitionId(QUEUE, index), new WakeUps.Known(StreamId.START, StreamId.START), woken::countDown);
        }
        for (int index = 0; index < 300; index++) {
            add("Q:" + index);
        }
        assertThat(woken.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void a_forgotten_partition_is_silent_and_costs_nothing() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        wakeUps.watch(P, new WakeUps.Known(StreamId.START, StreamId.START), calls::incrementAndGet);
        CountDownLatch other = watch(Q4, StreamId.START);
        blocked();
        wakeUps.forget(P);
        add(STREAM);
        add("Q:4");
        assertThat(other.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(calls).hasValue(0);
        wakeUps.forget(P);
        wakeUps.forget(Q4);
    }

    @Test
    void waiting_costs_the_server_next_to_nothing() {
        watch(P, StreamId.START);
        blocked();
        resp.call("CONFIG", "RESETSTAT");
        await().during(Duration.ofSeconds(2))
                .until(() ->
                        resp.text("INFO", "commandstats").lines().noneMatch(line -> line.startsWith("cmdstat_xread")));
    }

    @Test
    void a_restart_wakes_every_watch_once_and_later_watches_work() throws Exception {
        CountDownLatch first = watch(P, StreamId.START);
        CountDownLatch second = watch(Q4, StreamId.START);
        blocked();
        REDIS.server().restart();
        assertThat(first.await(10, TimeUnit.SECONDS)).as("woken by the outage").isTrue();
        assertThat(second.await(10, TimeUnit.SECONDS)).as("woken by the outage").isTrue();
        CountDownLatch third = watch(P, StreamId.START);
        resp = REDIS.resp();
        add(STREAM);
        assertThat(third.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void a_killed_connection_is_replaced() throws Exception {
        CountDownLatch first = watch(P, StreamId.START);
        blocked();
        resp.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        assertThat(first.await(10, TimeUnit.SECONDS)).as("woken by the outage").isTrue();
        StreamId known = add(STREAM);
        CountDownLatch second = watch(P, known);
        blocked();
        add(STREAM);
        assertThat(second.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void a_watch_may_start_while_the_server_is_down() throws Exception {
        REDIS.server().kill();
        CountDownLatch woken = watch(P, StreamId.START);
        REDIS.server().restart();
        assertThat(woken.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void while_the_server_is_down_every_owner_polls() throws Exception {
        REDIS.server().kill();
        for (int round = 0; round < 3; round++) {
            assertThat(watch(P, StreamId.START).await(10, TimeUnit.SECONDS))
                    .as("woken to look for itself, round %d", round)
                    .isTrue();
        }
        REDIS.server().restart();
    }

    @Test
    void a_key_of_another_type_degrades_to_polling() throws Exception {
        resp.call("SADD", "test:set", "x");
        resp.call("RENAME", "test:set", STREAM);
        CountDownLatch broken = watch(P, StreamId.START);
        CountDownLatch fine = watch(Q4, StreamId.START);
        assertThat(broken.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(fine.await(10, TimeUnit.SECONDS)).isTrue();
        resp.call("DEL", STREAM);
        CountDownLatch again = watch(P, StreamId.START);
        add(STREAM);
        assertThat(again.await(10, TimeUnit.SECONDS)).isTrue();
    }

    private CountDownLatch watch(PartitionId partition, StreamId after) {
        CountDownLatch woken = new CountDownLatch(1);
        wakeUps.watch(partition, new WakeUps.Known(after, StreamId.START), woken::countDown);
        return woken;
    }

    private StreamId add(String stream) {
        return StreamId.parse(resp.text("XADD", stream, "*", "f", "v"));
    }

    private void blocked() {
        await("a blocking read")
                .pollInterval(Duration.ofMillis(10))
                .until(() -> resp.text("INFO", "clients").contains("blocked_clients:1"));
    }
}
