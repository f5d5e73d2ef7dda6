package io.qbull.store.redis;

import static io.qbull.store.redis.Seed.ME;
import static io.qbull.store.redis.Seed.P;
import static io.qbull.store.redis.Seed.QUEUE;
import static io.qbull.store.redis.Seed.newJob;
import static io.qbull.testing.Waiting.failure;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.config.RedisSettings;
import io.qbull.model.EntryId;
import io.qbull.model.JobPlace;
import io.qbull.model.KeyHash;
import io.qbull.model.Lease;
import io.qbull.model.LogCursor;
import io.qbull.model.StreamId;
import io.qbull.store.JobLog;
import io.qbull.store.JobLog.Verdict;
import io.qbull.store.LeaseTable.Acquisition;
import io.qbull.store.LeaseTable.Renewal;
import io.qbull.store.LeaseTable.RenewalRequest;
import io.qbull.store.StoreException;
import io.qbull.testing.FaultyProxy;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.RedisState;
import io.qbull.testing.Resp;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The server stops and returns in every possible way. */
@Tag("redis")
class OutageTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final Duration TTL = Duration.ofSeconds(30);

    @Test
    void a_store_opens_while_the_server_is_down_and_works_once_it_is_up() {
        REDIS.server().kill();
        RedisStore store = REDIS.store();
        assertThat(failure(store.layouts().createIfAbsent(QUEUE, 2, KeyHash.XXH64)))
                .isInstanceOfSatisfying(
                        StoreException.Unavailable.class,
                        e -> assertThat(e.sent()).isFalse());
        assertThat(failure(store.check())).isInstanceOf(StoreException.Unavailable.class);
        REDIS.server().restart();
        works(store);
        assertThat(get(store.layouts().createIfAbsent(QUEUE, 2, KeyHash.XXH64)).partitions())
                .isEqualTo(2);
    }

    @Test
    void every_command_fails_as_unavailable_while_the_server_is_down_and_none_hangs() {
        RedisStore store = REDIS.store();
        Lease lease = acquire(store);
        REDIS.server().kill();
        await().untilAsserted(() -> assertNotSent(store.leases().peek(List.of(P))));
        assertNotSent(store.jobs().fetch(lease, LogCursor.START, StreamId.START, 1, 1));
        assertNotSent(store.jobs().commit(lease, List.of(EntryId.own(StreamId.START))));
        assertNotSent(store.leases().renew(List.of(new RenewalRequest(lease, 1, 0, null)), TTL));
        assertNotSent(store.leases().release(lease, 0));
        assertNotSent(store.inspector().queues());
        assertNotSent(store.jobs().enqueue(new JobLog.Call(P, 1, "p#1", 1, List.of(newJob("a")), TTL)));
    }

    @Test
    void after_a_restart_earlier_leases_are_fenced_locally_and_the_listener_is_told() {
        RedisStore store = REDIS.store();
        AtomicInteger told = new AtomicInteger();
        store.onPrimaryChange(old -> told.incrementAndGet());
        Lease lease = acquire(store);
        StreamId job = new Seed(REDIS.resp()).job("a", "1");
        REDIS.server().restart();
        works(store);
        assertThat(told).hasValue(1);
        Resp resp = REDIS.resp();
        Map<String, Object> before = RedisState.read(resp);
        assertThat(before).as("the data survived").containsKey(Seed.LEASE);
        assertThat(get(store.jobs().fetch(lease, LogCursor.START, StreamId.START, 1, 1)))
                .isEqualTo(new JobLog.Fetch.Fenced());
        assertThat(get(store.jobs().commit(lease, List.of(EntryId.own(job))))).isEqualTo(Verdict.FENCED);
        assertThat(get(store.held().fail(lease, JobPlace.inStream(job), "key", Seed.failed(1))))
                .isEqualTo(Verdict.FENCED);
        assertThat(get(store.jobs().bury(lease, JobPlace.inStream(job), "key", Seed.burial("r", 1))))
                .isEqualTo(Verdict.FENCED);
        assertThat(get(store.leases().renew(List.of(new RenewalRequest(lease, 1, 0, null)), TTL)))
                .containsEntry(lease, new Renewal.Lost());
        assertThat(get(store.leases().handOver(lease, Seed.OTHER, TTL, 0))).isEqualTo(Verdict.FENCED);
        assertThat(RedisState.read(resp)).isEqualTo(before);
        // Only the release is sent, so that the partition is free at once.
        assertThat(get(store.leases().release(lease, 0))).isEqualTo(Verdict.DONE);
        assertThat(resp.text("HGET", Seed.LEASE, "expires")).isEqualTo("0");
        Lease anew = ((Acquisition.Granted) get(store.leases().acquire(P, Seed.nonce(2), TTL, 1))).lease();
        assertThat(anew.epoch()).isGreaterThan(lease.epoch());
        assertThat(get(store.jobs().commit(anew, List.of(EntryId.own(job))))).isEqualTo(Verdict.DONE);
    }

    @Test
    void a_lost_connection_to_the_same_server_ends_no_lease() {
        RedisStore store = REDIS.store();
        AtomicInteger told = new AtomicInteger();
        store.onPrimaryChange(old -> told.incrementAndGet());
        Lease lease = acquire(store);
        for (int i = 0; i < 5; i++) {
            REDIS.resp().call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
            works(store);
        }
        assertThat(get(store.leases().renew(List.of(new RenewalRequest(lease, 1, 0, null)), TTL)))
                .containsEntry(lease, new Renewal.Renewed(null));
        assertThat(told).hasValue(0);
    }

    @Test
    void a_primary_that_was_a_replica_meanwhile_has_voided_its_leases() {
        RedisStore store = REDIS.store();
        AtomicInteger told = new AtomicInteger();
        store.onPrimaryChange(old -> told.incrementAndGet());
        Lease lease = acquire(store);
        Resp resp = REDIS.resp();
        // A replica of an unreachable master keeps its data.
        resp.call("REPLICAOF", "127.0.0.1", "1");
        assertThat(failure(store.jobs().commit(lease, List.of(EntryId.own(StreamId.START)))))
                .isInstanceOfSatisfying(
                        StoreException.Unavailable.class,
                        e -> assertThat(e.sent()).isFalse());
        resp.call("REPLICAOF", "NO", "ONE");
        works(store);
        assertThat(told.get()).isPositive();
        assertThat(get(store.jobs().commit(lease, List.of(EntryId.own(StreamId.START)))))
                .isEqualTo(Verdict.FENCED);
        assertThat(get(store.leases().release(lease, 0))).isEqualTo(Verdict.DONE);
    }

    @Test
    void after_a_demotion_a_new_lease_is_good_on_every_connection() {
        RedisStore store = REDIS.store();
        Lease before = acquire(store);
        Resp resp = REDIS.resp();
        resp.call("REPLICAOF", "127.0.0.1", "1");
        // Only the connection for jobs learns of it.
        assertThat(failure(store.jobs().commit(before, List.of(EntryId.own(StreamId.START)))))
                .isInstanceOf(StoreException.Unavailable.class);
        resp.call("REPLICAOF", "NO", "ONE");
        works(store);
        assertThat(get(store.leases().renew(List.of(new RenewalRequest(before, 1, 0, null)), TTL)))
                .containsEntry(before, new Renewal.Lost());
        assertThat(get(store.leases().release(before, 0))).isEqualTo(Verdict.DONE);
        Lease anew = ((Acquisition.Granted) get(store.leases().acquire(P, Seed.nonce(2), TTL, 1))).lease();
        assertThat(get(store.jobs().commit(anew, List.of(EntryId.own(StreamId.START)))))
                .isEqualTo(Verdict.DONE);
    }

    @Test
    void leases_are_renewed_while_nothing_arrives_on_the_connection_for_jobs() {
        try (FaultyProxy proxy = new FaultyProxy(REDIS.server().port())) {
            RedisStore store = REDIS.store(new RedisSettings(proxy.uri(), Duration.ofSeconds(1)));
            works(store);
            Lease lease = acquire(store);
            proxy.stall("}:inbox");
            CompletionStage<JobLog.Fetch> stalled = store.jobs().fetch(lease, LogCursor.START, StreamId.START, 1, 1);
            for (int i = 0; i < 5; i++) {
                assertThat(get(store.leases().renew(List.of(new RenewalRequest(lease, 1, 0, null)), TTL)))
                        .containsEntry(lease, new Renewal.Renewed(null));
                assertThat(get(store.leases().peek(List.of(P)))).containsKey(P);
            }
            assertThat(stalled.toCompletableFuture()).isNotDone();
            assertThat(failure(stalled)).isInstanceOf(StoreException.Unavailable.class);
            works(store);
            assertThat(get(store.jobs().fetch(lease, LogCursor.START, StreamId.START, 1, 1)))
                    .as("the same process, the same lease")
                    .isInstanceOf(JobLog.Fetch.Entries.class);
        }
    }

    @Test
    void scripts_that_the_server_forgot_are_sent_again() {
        RedisStore store = REDIS.store();
        Lease lease = acquire(store);
        Resp resp = REDIS.resp();
        resp.call("SCRIPT", "FLUSH");
        StreamId job = new Seed(resp).job("a", "1");
        assertThat(get(store.jobs().fetch(lease, LogCursor.START, StreamId.START, 1, 1)))
                .isInstanceOf(JobLog.Fetch.Entries.class);
        assertThat(get(store.jobs().commit(lease, List.of(EntryId.own(job))))).isEqualTo(Verdict.DONE);
        resp.call("CONFIG", "RESETSTAT");
        get(store.jobs().commit(lease, List.of(EntryId.own(job))));
        assertThat(resp.text("INFO", "commandstats"))
                .contains("cmdstat_evalsha:calls=1,")
                .doesNotContain("cmdstat_eval:");
    }

    @Test
    void a_frozen_server_makes_no_command_wait_longer_than_its_timeout() {
        RedisStore store = REDIS.store(new RedisSettings(REDIS.server().uri(), Duration.ofMillis(300)));
        Lease lease = acquire(store);
        REDIS.server().pause();
        for (int i = 0; i < 5; i++) {
            long started = System.nanoTime();
            assertThat(failure(store.leases().renew(List.of(new RenewalRequest(lease, 1, 0, null)), TTL)))
                    .isInstanceOf(StoreException.Unavailable.class);
            assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(2));
        }
        REDIS.server().resume();
        works(store);
        assertThat(get(store.leases().renew(List.of(new RenewalRequest(lease, 1, 0, null)), TTL)))
                .as("the same process, the same lease")
                .containsEntry(lease, new Renewal.Renewed(null));
    }

    @Test
    void a_busy_script_makes_the_server_unavailable() {
        RedisStore store = REDIS.store(new RedisSettings(REDIS.server().uri(), Duration.ofMillis(500)));
        works(store);
        Resp resp = REDIS.resp();
        resp.call("CONFIG", "SET", "lua-time-limit", "20");
        Thread busy = new Thread(() -> {
            try (Resp other = REDIS.server().connect()) {
                other.call("EVAL", "while true do end", "0");
            } catch (Resp.ErrorReply e) {
                assertThat(e).hasMessageContaining("killed");
            }
        });
        busy.start();
        await().untilAsserted(() -> assertThat(failure(store.leases().peek(List.of(P))))
                .isInstanceOf(StoreException.Unavailable.class)
                .hasMessageContaining("BUSY"));
        resp.call("SCRIPT", "KILL");
        works(store);
    }

    @Test
    void a_closed_store_says_that_it_is_closed_and_leaves_others_alone() {
        RedisStore one = REDIS.store();
        RedisStore two = REDIS.store();
        works(one);
        works(two);
        one.close();
        one.close();
        assertNotSent(one.leases().peek(List.of(P)));
        works(two);
        two.close();
        Resp resp = REDIS.resp();
        await().untilAsserted(() -> assertThat(resp.text("CLIENT", "LIST")
                        .lines()
                        .filter(line -> line.contains("lib-name=Lettuce") || !line.contains("cmd=client")))
                .isEmpty());
        RedisStore three = REDIS.store();
        works(three);
    }

    private static Lease acquire(RedisStore store) {
        return ((Acquisition.Granted) get(store.leases().acquire(P, ME, TTL, 1))).lease();
    }

    private static void works(RedisStore store) {
        await("the store works").ignoreExceptions().until(() -> {
            get(store.leases().peek(List.of(P)));
            get(store.inspector().queues());
            return true;
        });
    }

    private static void assertNotSent(CompletionStage<?> stage) {
        assertThat(failure(stage))
                .isInstanceOfSatisfying(
                        StoreException.Unavailable.class,
                        e -> assertThat(e.sent()).isFalse());
    }
}
