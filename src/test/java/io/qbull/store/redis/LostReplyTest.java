package io.qbull.store.redis;

import static io.qbull.store.redis.Seed.ME;
import static io.qbull.store.redis.Seed.P;
import static io.qbull.store.redis.Seed.SEAL;
import static io.qbull.store.redis.Seed.STREAM;
import static io.qbull.store.redis.Seed.newJob;
import static io.qbull.testing.Waiting.failure;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.config.RedisSettings;
import io.qbull.model.EntryId;
import io.qbull.model.JobPlace;
import io.qbull.model.Lease;
import io.qbull.model.StreamId;
import io.qbull.store.JobLog;
import io.qbull.store.JobLog.Verdict;
import io.qbull.store.LeaseTable.Acquisition;
import io.qbull.store.StoreException;
import io.qbull.store.redis.schema.Script;
import io.qbull.testing.FaultyProxy;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.RedisState;
import io.qbull.testing.Resp;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The command went through and its reply did not. */
@Tag("redis")
class LostReplyTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final Duration TIMEOUT = Duration.ofMillis(500);

    private Resp resp;
    private Seed seed;
    private FaultyProxy proxy;
    private RedisStore store;

    @BeforeEach
    void open() {
        resp = REDIS.resp();
        seed = new Seed(resp);
        resp.call("SET", SEAL, "1 open");
        proxy = new FaultyProxy(REDIS.server().port());
        store = REDIS.store(new RedisSettings(proxy.uri(), TIMEOUT));
        get(store.check());
        // Leases have a connection of their own, which is opened at its first use.
        get(store.leases().peek(List.of(P)));
        // A reply that says that the script is missing would be lost in place of the one that matters.
        for (Script script : Script.values()) {
            resp.call("SCRIPT", "LOAD", script.source());
        }
    }

    @AfterEach
    void close() {
        proxy.close();
    }

    @Test
    void a_call_of_a_producer_that_is_repeated_adds_nothing_twice() throws Exception {
        JobLog.Call call = new JobLog.Call(
                P, 1, "pod#1", 1, List.of(newJob("the-job", false, "b"), newJob("two", false, "b")), Duration.ZERO);
        CountDownLatch lost = proxy.loseReplyTo("the-job");
        assertMayHaveRun(failure(store.jobs().enqueue(call)));
        assertThat(lost.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(resp.number("XLEN", STREAM)).as("it did run").isEqualTo(2);
        Map<String, Object> before = RedisState.read(resp);
        reconnected();
        JobLog.Answer.Accepted answer =
                (JobLog.Answer.Accepted) get(store.jobs().enqueue(call));
        assertThat(answer.places()).extracting(JobLog.Answer.Place::duplicate).containsOnly(false);
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    @Test
    void the_client_itself_repeats_nothing() throws Exception {
        CountDownLatch lost = proxy.loseReplyTo("once");
        resp.call("CONFIG", "RESETSTAT");
        assertMayHaveRun(failure(
                store.jobs().enqueue(new JobLog.Call(P, 1, "pod#1", 1, List.of(newJob("once")), Duration.ZERO))));
        assertThat(lost.await(5, TimeUnit.SECONDS)).isTrue();
        reconnected();
        assertThat(resp.text("INFO", "commandstats")).contains("cmdstat_xadd:calls=1,");
    }

    @Test
    void an_acquisition_that_is_repeated_is_the_same_lease() throws Exception {
        CountDownLatch lost = proxy.loseReplyTo("me#1");
        assertMayHaveRun(failure(store.leases().acquire(P, ME, Duration.ofSeconds(30), 1)));
        assertThat(lost.await(5, TimeUnit.SECONDS)).isTrue();
        String epoch = resp.text("HGET", Seed.LEASE, "epoch");
        reconnected();
        Acquisition.Granted granted =
                (Acquisition.Granted) get(store.leases().acquire(P, ME, Duration.ofSeconds(30), 1));
        assertThat(granted.lease().epoch()).hasToString(epoch);
    }

    @Test
    void a_commit_and_a_burial_may_be_repeated() throws Exception {
        Lease lease = seed.held();
        StreamId a = seed.job("a", "1");
        StreamId b = seed.job("b", "2");
        CountDownLatch lost = proxy.loseReplyTo(a.toString());
        assertMayHaveRun(failure(store.jobs().commit(lease, List.of(EntryId.own(a)))));
        assertThat(lost.await(5, TimeUnit.SECONDS)).isTrue();
        reconnected();
        assertThat(get(store.jobs().commit(lease, List.of(EntryId.own(a))))).isEqualTo(Verdict.DONE);
        CountDownLatch again = proxy.loseReplyTo(b.toString());
        assertMayHaveRun(failure(store.jobs().bury(lease, JobPlace.inStream(b), "key", Seed.burial("r", 1))));
        assertThat(again.await(5, TimeUnit.SECONDS)).isTrue();
        reconnected();
        assertThat(get(store.jobs().bury(lease, JobPlace.inStream(b), "key", Seed.burial("r", 1))))
                .isEqualTo(Verdict.DONE);
        assertThat(resp.number("XLEN", STREAM)).isZero();
        assertThat(resp.number("XLEN", Seed.DEAD)).isEqualTo(1);
    }

    @Test
    void a_release_may_be_repeated() throws Exception {
        Lease lease = seed.held();
        CountDownLatch lost = proxy.loseReplyTo("me#1");
        assertMayHaveRun(failure(store.leases().release(lease, 0)));
        assertThat(lost.await(5, TimeUnit.SECONDS)).isTrue();
        reconnected();
        assertThat(get(store.leases().release(lease, 0))).isEqualTo(Verdict.DONE);
    }

    @Test
    void a_connection_that_swallows_everything_is_closed_and_replaced() {
        proxy.blackhole(true);
        assertMayHaveRun(failure(store.leases().peek(List.of(P))));
        await("the connection is given up")
                .untilAsserted(() -> assertThat(failure(store.leases().peek(List.of(P))))
                        .isInstanceOfSatisfying(
                                StoreException.Unavailable.class,
                                e -> assertThat(e.sent()).isFalse()));
        proxy.blackhole(false);
        reconnected();
    }

    @Test
    void a_slow_server_keeps_its_connection() {
        proxy.delay(TIMEOUT.multipliedBy(3).dividedBy(2));
        assertMayHaveRun(failure(store.leases().peek(List.of(P))));
        proxy.delay(Duration.ZERO);
        reconnected();
    }

    private void reconnected() {
        await("reconnected").ignoreExceptions().until(() -> {
            get(store.inspector().queues());
            get(store.leases().peek(List.of(P)));
            return true;
        });
    }

    private static void assertMayHaveRun(Throwable failure) {
        assertThat(failure)
                .isInstanceOfSatisfying(
                        StoreException.Unavailable.class,
                        e -> assertThat(e.sent()).isTrue());
    }
}
