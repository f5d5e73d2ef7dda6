package io.qbull.store.redis;

import static io.qbull.store.redis.Seed.ME;
import static io.qbull.store.redis.Seed.OTHER;
import static io.qbull.store.redis.Seed.P;
import static io.qbull.store.redis.Seed.QUEUE;
import static io.qbull.store.redis.Seed.SEAL;
import static io.qbull.store.redis.Seed.newJob;
import static io.qbull.testing.Waiting.failure;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Capacity;
import io.qbull.model.EntryId;
import io.qbull.model.JobPlace;
import io.qbull.model.KeyHash;
import io.qbull.model.Lease;
import io.qbull.model.LogCursor;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.model.StreamId;
import io.qbull.store.HeldJobs.Advance;
import io.qbull.store.HeldJobs.Mending;
import io.qbull.store.HeldJobs.Page;
import io.qbull.store.HeldJobs.Parked;
import io.qbull.store.HeldJobs.Parking;
import io.qbull.store.JobLog;
import io.qbull.store.JobLog.Verdict;
import io.qbull.store.LayoutTable.PodsView;
import io.qbull.store.LeaseTable.Acquisition;
import io.qbull.store.LeaseTable.Renewal;
import io.qbull.store.LeaseTable.RenewalRequest;
import io.qbull.store.StoreException;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.RedisState;
import io.qbull.testing.Resp;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** At maxmemory: nothing comes in, and everything that gets jobs out works. */
@Tag("redis")
class FullRedisTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final Duration TTL = Duration.ofSeconds(30);

    private Resp resp;
    private Seed seed;
    private RedisStore store;
    private Lease lease;

    @BeforeEach
    void open() {
        resp = REDIS.resp();
        seed = new Seed(resp);
        store = REDIS.store();
        lease = seed.held();
        resp.call("SET", SEAL, "1 open");
    }

    @Test
    void producers_are_refused_and_nothing_is_half_done() {
        get(store.jobs().enqueue(call(1, "a")));
        fill();
        Map<String, Object> before = RedisState.read(resp);
        assertThat(failure(store.jobs().enqueue(call(2, "b")))).isInstanceOf(StoreException.Full.class);
        assertThat(failure(store.jobs().enqueue(call(2, "a"))))
                .as("a duplicate")
                .isInstanceOf(StoreException.Full.class);
        assertThat(RedisState.read(resp)).isEqualTo(before);
        free();
        assertThat(get(store.jobs().enqueue(call(2, "b"))))
                .as("the same number")
                .isInstanceOf(JobLog.Answer.Accepted.class);
    }

    @Test
    void a_refusal_by_the_seal_is_not_answered_before_it_can_be_remembered() {
        resp.call("SET", SEAL, "1 closed");
        fill();
        Map<String, Object> before = RedisState.read(resp);
        assertThat(failure(store.jobs().enqueue(call(2, "b")))).isInstanceOf(StoreException.Full.class);
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    @Test
    void expired_ids_do_not_let_a_job_in() {
        resp.call("ZADD", Seed.SEEN, "1", "old");
        resp.call("PEXPIRE", Seed.SEEN, "600000");
        fill();
        assertThat(failure(store.jobs().enqueue(call(2, "b")))).isInstanceOf(StoreException.Full.class);
        assertThat(resp.number("ZCARD", Seed.SEEN)).isEqualTo(1);
    }

    @Test
    void leases_are_taken_kept_wanted_handed_over_and_released() {
        seed.held(OTHER, -1);
        fill();
        Lease mine = ((Acquisition.Granted) get(store.leases().acquire(P, ME, TTL, 1))).lease();
        PartitionId never = new PartitionId(QUEUE, 4);
        assertThat(get(store.leases().acquire(never, ME, TTL, 1))).isInstanceOf(Acquisition.Granted.class);
        assertThat(get(store.leases().renew(List.of(new RenewalRequest(mine, 1, 0, null)), TTL)))
                .containsEntry(mine, new Renewal.Renewed(null));
        assertThat(get(store.leases().requestHandOver(P, OTHER))).isTrue();
        assertThat(get(store.leases().handOver(mine, OTHER, TTL, 0))).isEqualTo(Verdict.DONE);
        Lease theirs = seed.lease(OTHER, resp.text("HGET", Seed.LEASE, "epoch"));
        assertThat(get(store.leases().release(theirs, 0))).isEqualTo(Verdict.DONE);
        assertThat(resp.text("HGET", Seed.LEASE, "expires")).isEqualTo("0");
    }

    @Test
    void jobs_are_fetched_recorded_buried_and_committed() {
        StreamId a = seed.job("a", "1");
        StreamId b = seed.job("b", "2");
        StreamId c = seed.job("c", "3");
        fill();
        assertThat(((JobLog.Fetch.Entries) get(store.jobs().fetch(lease, LogCursor.START, StreamId.START, 10, 1000)))
                        .entries())
                .hasSize(3);
        assertThat(get(store.held().fail(lease, JobPlace.inStream(a), "key", Seed.failed(1))))
                .isEqualTo(Verdict.DONE);
        List<Parked> jobs = List.of(new Parked(EntryId.own(c), "key"));
        Map<String, Object> before = RedisState.read(resp);
        assertThat(get(store.held().park(lease, jobs, false)))
                .as("what only makes room for others waits in the stream")
                .isEqualTo(Parking.FULL);
        assertThat(RedisState.read(resp)).isEqualTo(before);
        assertThat(get(store.held().park(lease, jobs, true)))
                .as("an earlier attempt may have been carried out")
                .isEqualTo(Parking.DONE);
        Advance.Next first = (Advance.Next) get(store.held().advance(lease, "key", null));
        assertThat(get(store.held().suspect(lease, first.place(), "key", Seed.crashes(2))))
                .isEqualTo(Verdict.DONE);
        assertThat(get(store.jobs().bury(lease, first.place(), "key", Seed.burial("broken", 1))))
                .isEqualTo(Verdict.DONE);
        Advance.Next second = (Advance.Next) get(store.held().advance(lease, "key", null));
        assertThat(get(store.held().advance(lease, "key", second.place()))).isEqualTo(new Advance.Free());
        assertThat(get(store.jobs().commit(lease, List.of(EntryId.own(b))))).isEqualTo(Verdict.DONE);
        assertThat(resp.number("XLEN", Seed.STREAM)).isZero();
        assertThat(resp.number("XLEN", Seed.DEAD)).isEqualTo(1);
    }

    @Test
    void held_jobs_are_tied_to_their_keys_again() {
        StreamId a = seed.job("a", "1");
        String original = "{\"job_id\":\"b\",\"partition_id\":7}";
        StreamId b = StreamId.parse(resp.text("XADD", Seed.STREAM, "*", "job", original));
        StreamId c = StreamId.parse(resp.text("XADD", Seed.STREAM, "*", "key", "abc", "body", "x", "src", "y"));
        get(store.held()
                .park(
                        lease,
                        List.of(
                                new Parked(EntryId.own(a), "k-a"),
                                new Parked(EntryId.own(b), "7"),
                                new Parked(EntryId.own(c), c.toString())),
                        false));
        Map<String, Object> before = RedisState.read(resp);
        resp.call("DEL", Seed.HELD);
        fill();
        Mending mending = new Mending.Mended(Page.START, 0, 0, 0);
        int back = 0;
        do {
            mending = get(store.held().mend(lease, ((Mending.Mended) mending).cursor()));
            assertThat(mending).isInstanceOf(Mending.Mended.class);
            back += ((Mending.Mended) mending).putBack();
        } while (!((Mending.Mended) mending).cursor().equals(Page.START));
        assertThat(RedisState.read(resp)).isEqualTo(before);
        assertThat(back).isEqualTo(3);
    }

    @Test
    void a_queue_without_a_record_of_its_hash_opens_and_gets_one_later() {
        get(store.layouts().createIfAbsent(QUEUE, 4, KeyHash.XXH64));
        resp.call("HDEL", "{Q}:layout", "key_hash");
        fill();
        assertThat(get(store.layouts().createIfAbsent(QUEUE, 4, KeyHash.XXH64)).partitions())
                .isEqualTo(4);
        assertThat(get(store.layouts().keyHash(QUEUE))).isEmpty();
        free();
        get(store.layouts().createIfAbsent(QUEUE, 4, KeyHash.XXH64));
        assertThat(get(store.layouts().keyHash(QUEUE))).contains(KeyHash.XXH64);
    }

    @Test
    void a_failure_can_be_recorded_first_of_all() {
        StreamId a = seed.job("a", "1");
        fill();
        assertThat(get(store.held().fail(lease, JobPlace.inStream(a), "key", Seed.failed(1))))
                .isEqualTo(Verdict.DONE);
        assertThat(resp.number("HLEN", Seed.ATTEMPTS)).isEqualTo(1);
    }

    @Test
    void pods_register_and_a_queue_that_exists_opens() {
        get(store.layouts().createIfAbsent(QUEUE, 4, KeyHash.XXH64));
        fill();
        try (CapturedLog log = new CapturedLog()) {
            assertThat(get(store.layouts().createIfAbsent(QUEUE, 4, KeyHash.XXH64))
                            .partitions())
                    .isEqualTo(4);
            assertThat(log.lines("may be missing")).isEmpty();
        }
        assertThat(get(store.layouts()
                                .register(QUEUE, new PodId("p"), new Capacity(4, 4), List.of(), TTL, PodsView.NONE))
                        .pods())
                .hasSize(1);
        get(store.layouts().unregister(QUEUE, new PodId("p")));
        assertThat(get(store.inspector().queue(QUEUE))).isNotNull();
    }

    @Test
    void a_new_queue_is_refused() {
        fill();
        assertThat(failure(store.layouts().createIfAbsent(QUEUE, 4, KeyHash.XXH64)))
                .isInstanceOf(StoreException.Full.class);
    }

    private void fill() {
        resp.call("CONFIG", "SET", "maxmemory", "1");
    }

    private void free() {
        resp.call("CONFIG", "SET", "maxmemory", "0");
    }

    private static JobLog.Call call(long number, String id) {
        return new JobLog.Call(P, 1, "pod#1", number, List.of(newJob(id)), Duration.ofMinutes(10));
    }
}
