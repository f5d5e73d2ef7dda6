package io.qbull.store.redis;

import static io.qbull.store.redis.Seed.P;
import static io.qbull.store.redis.Seed.QUEUE;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.config.RedisSettings;
import io.qbull.model.PartitionId;
import io.qbull.model.StreamId;
import io.qbull.store.WakeUps.Known;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("redis")
class SharedConnectionsTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final Known NOTHING = new Known(StreamId.START, StreamId.START);

    private Resp resp;

    @BeforeEach
    void connect() {
        resp = REDIS.resp();
    }

    @Test
    void all_stores_of_a_process_share_connections_and_the_last_one_closes_them() {
        List<RedisStore> stores = List.of(REDIS.store(), REDIS.store(), REDIS.store());
        for (RedisStore store : stores) {
            get(store.inspector().queues());
        }
        assertConnections(1);
        for (RedisStore store : stores) {
            get(store.leases().peek(List.of(P)));
            get(store.leases().announcements(QUEUE, announced -> {}));
            store.wakeUps().watch(P, NOTHING, () -> {});
        }
        // Each of those who wait for the same partition has a connection for that.
        assertConnections(6);
        stores.get(0).close();
        stores.get(1).close();
        get(stores.get(2).leases().peek(List.of(P)));
        assertConnections(4);
        stores.get(2).close();
        assertConnections(0);
    }

    @Test
    void another_time_out_needs_connections_of_its_own() {
        get(REDIS.store().inspector().queues());
        get(REDIS.store(new RedisSettings(REDIS.server().uri(), Duration.ofMillis(700)))
                .inspector()
                .queues());
        assertConnections(2);
    }

    @Test
    void each_of_two_stores_is_woken_and_hears_and_one_that_closes_is_silent() throws Exception {
        RedisStore one = REDIS.store();
        RedisStore two = REDIS.store();
        AtomicInteger heardByOne = new AtomicInteger();
        AtomicInteger heardByTwo = new AtomicInteger();
        AtomicInteger changes = new AtomicInteger();
        get(one.leases().announcements(QUEUE, announced -> heardByOne.incrementAndGet()));
        get(two.leases().announcements(QUEUE, announced -> heardByTwo.incrementAndGet()));
        one.onPrimaryChange(old -> changes.incrementAndGet());
        CountDownLatch wokenOne = new CountDownLatch(1);
        CountDownLatch wokenTwo = new CountDownLatch(1);
        one.wakeUps().watch(P, NOTHING, wokenOne::countDown);
        two.wakeUps().watch(P, NOTHING, wokenTwo::countDown);
        resp.call("XADD", Seed.STREAM, "*", "f", "v");
        assertThat(wokenOne.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(wokenTwo.await(10, TimeUnit.SECONDS)).isTrue();
        one.close();
        REDIS.server().restart();
        await().ignoreExceptions().until(() -> get(two.leases().peek(List.of(P))) != null);
        Resp after = REDIS.resp();
        await().until(() -> after.number("PUBLISH", "qbull:announce:" + QUEUE, "7") == 1);
        await().until(() -> heardByTwo.get() > 0);
        assertThat(heardByOne).hasValue(0);
        assertThat(changes).hasValue(0);
    }

    @Test
    void many_partitions_have_some_readers_which_close_with_their_last_partition() throws Exception {
        RedisStore store = REDIS.store();
        get(store.leases().peek(List.of(P)));
        CountDownLatch woken = new CountDownLatch(700);
        for (int index = 0; index < 700; index++) {
            store.wakeUps().watch(new PartitionId(QUEUE, index), NOTHING, woken::countDown);
        }
        assertConnections(2 + 22);
        for (int index = 0; index < 700; index++) {
            resp.call("XADD", QUEUE + ":" + index, "*", "f", "v");
        }
        assertThat(woken.await(30, TimeUnit.SECONDS)).isTrue();
        for (int index = 0; index < 700; index++) {
            store.wakeUps().forget(new PartitionId(QUEUE, index));
        }
        assertConnections(2);
    }

    private void assertConnections(int expected) {
        await().untilAsserted(() -> assertThat(resp.text("CLIENT", "LIST")
                        .lines()
                        .filter(line -> !line.startsWith("id=" + resp.number("CLIENT", "ID") + " ")))
                .hasSize(expected));
    }
}
