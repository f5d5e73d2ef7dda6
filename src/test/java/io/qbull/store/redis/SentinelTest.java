package io.qbull.store.redis;

import static io.qbull.store.redis.Seed.ME;
import static io.qbull.store.redis.Seed.P;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.config.RedisSettings;
import io.qbull.model.EntryId;
import io.qbull.model.Lease;
import io.qbull.model.StreamId;
import io.qbull.store.JobLog.Verdict;
import io.qbull.store.LeaseTable.Acquisition;
import io.qbull.store.WakeUps.Known;
import io.qbull.testing.RedisSentinels;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A master that dies behind a sentinel. */
@Tag("redis")
class SentinelTest {
    private static final Duration TTL = Duration.ofSeconds(60);

    @Test
    void after_a_failover_the_store_finds_the_new_master_and_fences_old_leases() throws Exception {
        try (RedisSentinels redis = RedisSentinels.start();
                RedisStore store = RedisStore.open(new RedisSettings(redis.uri(), Duration.ofSeconds(1)))) {
            CountDownLatch told = new CountDownLatch(1);
            store.onPrimaryChange(old -> told.countDown());
            Lease lease = ((Acquisition.Granted) get(store.leases().acquire(P, ME, TTL, 1))).lease();
            CountDownLatch woken = new CountDownLatch(1);
            store.wakeUps().watch(P, new Known(StreamId.START, StreamId.START), woken::countDown);
            redis.awaitReplicated();
            redis.killMaster();
            await("failover").ignoreExceptions().until(() -> {
                get(store.leases().requestHandOver(P, Seed.OTHER));
                // Jobs have a connection of their own.
                get(store.inspector().queues());
                return true;
            });
            assertThat(told.await(5, TimeUnit.SECONDS)).isTrue();
            assertThat(woken.await(20, TimeUnit.SECONDS))
                    .as("woken by the outage")
                    .isTrue();
            assertThat(get(store.jobs().commit(lease, List.of(EntryId.own(StreamId.START)))))
                    .isEqualTo(Verdict.FENCED);
            assertThat(get(store.leases().release(lease, 0))).isEqualTo(Verdict.DONE);
            Acquisition.Granted anew = (Acquisition.Granted) get(store.leases().acquire(P, Seed.nonce(2), TTL, 1));
            assertThat(anew.lease().epoch()).isGreaterThan(lease.epoch());
        }
    }
}
