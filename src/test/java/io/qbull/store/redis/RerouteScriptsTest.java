package io.qbull.store.redis;

import static io.qbull.store.redis.Seed.P;
import static io.qbull.store.redis.Seed.QUEUE;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.qbull.model.Entry;
import io.qbull.model.Epoch;
import io.qbull.model.Job;
import io.qbull.model.Lease;
import io.qbull.model.LogCursor;
import io.qbull.model.PartitionId;
import io.qbull.model.StreamId;
import io.qbull.store.JobLog.Fetch;
import io.qbull.store.ResizeTable;
import io.qbull.store.ResizeTable.Rerouting;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.RedisState;
import io.qbull.testing.Resp;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Entries of partition 3 whose keys belong to partition 5 by layout version 2. */
@Tag("redis")
class RerouteScriptsTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final PartitionId Q = new PartitionId(QUEUE, 5);
    private static final String RECORDS = "{Q:5}:rerouted";
    private static final Rerouting DONE = new Rerouting.Done();
    private static final Rerouting STALE = new Rerouting.Stale();

    private Resp resp;
    private ResizeTable resize;
    private Lease lease;
    private Lease later;
    private RedisStore store;

    @BeforeEach
    void open() {
        resp = REDIS.resp();
        store = REDIS.store();
        resize = store.resize();
        lease = new Seed(resp).held();
        later = new Lease(P, Seed.OTHER, new Epoch(lease.epoch().value() + 5), lease.primary());
        resp.call("SET", "{Q:5}:seal", "2 open");
    }

    @Test
    void jobs_arrive_whole_and_in_their_order() {
        add("id", "a", "key", "k", "ts", "7", "body", "b\0b", "ct", "text/plain", "h", "{\"x\":1}");
        add("job", "{\"job_id\": \"c\", \"to\": \"k\"}");
        add("h", "{}", "body", "", "key", "k", "more", "lost", "id", "d");
        List<Job> jobs = jobs(lease);
        assertThat(get(resize.reroute(Q, lease, 2, 1, jobs))).isEqualTo(DONE);
        resp.call(
                "HSET",
                "{Q:5}:lease",
                "owner",
                lease.owner().toString(),
                "epoch",
                lease.epoch().toString(),
                "expires",
                "1");
        List<Job> arrived = jobs(new Lease(Q, lease.owner(), lease.epoch(), lease.primary()));
        assertThat(arrived).hasSameSizeAs(jobs);
        for (int i = 0; i < jobs.size(); i++) {
            Job sent = jobs.get(i);
            assertThat(arrived.get(i))
                    .usingRecursiveComparison()
                    .ignoringFields("entry", "streamId")
                    .isEqualTo(sent);
        }
        assertThat(resp.text("HGET", RECORDS, "3")).isEqualTo(lease.epoch() + " 1 " + ids(jobs));
    }

    @Test
    void a_repeat_and_a_late_attempt_add_nothing() {
        List<Job> first = oneMore("a");
        List<Job> second = oneMore("b");
        get(resize.reroute(Q, lease, 2, 1, first));
        assertSame(DONE, lease, 1, first);
        get(resize.reroute(Q, lease, 2, 2, second));
        assertSame(DONE, lease, 1, first);
        assertThat(resp.call("XLEN", "Q:5")).isEqualTo(2L);
    }

    @Test
    void another_layout_is_refused_and_nothing_is_recorded() {
        List<Job> jobs = oneMore("a");
        for (String seal : List.of("2 closed", "3 open", "1 open")) {
            resp.call("SET", "{Q:5}:seal", seal);
            assertSame(new Rerouting.OtherLayout(), lease, 1, jobs);
        }
        resp.call("SET", "{Q:5}:seal", "2 open");
        assertThat(get(resize.reroute(Q, lease, 2, 1, jobs))).isEqualTo(DONE);
    }

    @Test
    void a_new_owner_is_told_what_the_one_before_has_sent_as_often_as_it_asks() {
        List<Job> jobs = oneMore("a");
        get(resize.reroute(Q, lease, 2, 1, jobs));
        List<Job> more = oneMore("b");
        assertSame(new Rerouting.Unclaimed(), later, 1, more);
        Rerouting claimed = new Rerouting.Claimed(List.of(jobs.get(0).streamId()));
        assertThat(get(resize.claim(Q, later))).isEqualTo(claimed);
        assertThat(get(resize.claim(Q, later))).isEqualTo(claimed);
        assertThat(get(resize.reroute(Q, later, 2, 1, more))).isEqualTo(DONE);
        assertThat(get(resize.claim(Q, later)))
                .isEqualTo(new Rerouting.Claimed(List.of(more.get(0).streamId())));
    }

    @Test
    void after_a_claim_what_the_owner_before_sends_is_refused() {
        List<Job> jobs = oneMore("a");
        assertThat(get(resize.claim(Q, later))).isEqualTo(new Rerouting.Claimed(List.of()));
        assertSame(STALE, lease, 1, jobs);
        assertThat(get(resize.claim(Q, lease))).isEqualTo(STALE);
        assertThat(get(resize.reroute(Q, later, 2, 1, jobs))).isEqualTo(DONE);
        assertSame(STALE, lease, 2, oneMore("b"));
    }

    @Test
    void a_partition_that_is_not_open_keeps_nothing_unless_something_has_come_or_it_is_the_one_that_sends() {
        resp.call("SET", "{Q:5}:seal", "2 closed");
        Map<String, Object> before = RedisState.read(resp);
        assertThat(get(resize.claim(Q, later))).isEqualTo(new Rerouting.Claimed(List.of()));
        assertThat(RedisState.read(resp)).isEqualTo(before);
        resp.call("HSET", RECORDS, "3", lease.epoch() + " 4 5-1");
        assertThat(get(resize.claim(Q, later))).isEqualTo(new Rerouting.Claimed(List.of(new StreamId(5, 1))));
        assertThat(get(resize.claim(Q, lease))).isEqualTo(STALE);
        assertThat(get(resize.sender(lease)).any()).isFalse();
        assertThat(get(resize.claim(P, lease))).isEqualTo(new Rerouting.Claimed(List.of()));
        assertThat(get(resize.sender(lease)).any()).isTrue();
    }

    @Test
    void each_partition_from_which_they_come_has_a_record_of_its_own() {
        List<Job> jobs = oneMore("a");
        get(resize.reroute(Q, later, 2, 4, jobs));
        Lease neighbour = new Lease(new PartitionId(QUEUE, 4), lease.owner(), lease.epoch(), lease.primary());
        assertThat(get(resize.reroute(Q, neighbour, 2, 1, jobs))).isEqualTo(DONE);
        assertThat(resp.call("XLEN", "Q:5")).isEqualTo(2L);
    }

    @Test
    void a_call_takes_one_job_to_a_hundred() {
        List<Job> jobs = oneMore("a");
        List<Job> most = Collections.nCopies(ResizeTable.MOST_REROUTED, jobs.get(0));
        assertThat(get(resize.reroute(Q, lease, 2, 1, most))).isEqualTo(DONE);
        List<Job> more = new ArrayList<>(most);
        more.addAll(jobs);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> resize.reroute(Q, lease, 2, 2, more))
                .withMessage("a call takes 1 to 100 jobs, not 101");
        assertThatIllegalArgumentException().isThrownBy(() -> resize.reroute(Q, lease, 2, 2, List.of()));
    }

    private void assertSame(Rerouting expected, Lease by, long number, List<Job> jobs) {
        Map<String, Object> before = RedisState.read(resp);
        assertThat(get(resize.reroute(Q, by, 2, number, jobs))).isEqualTo(expected);
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    private void add(String... fields) {
        List<Object> command = new ArrayList<>(List.of("XADD", Seed.STREAM, "*"));
        command.addAll(List.of(fields));
        resp.call(command.toArray(String[]::new));
    }

    private List<Job> oneMore(String id) {
        add("id", id, "key", "k", "ts", "7", "body", "");
        List<Job> all = jobs(lease);
        return all.subList(all.size() - 1, all.size());
    }

    private List<Job> jobs(Lease of) {
        Fetch fetch = get(store.jobs().fetch(of, LogCursor.START, StreamId.START, 100, 1 << 20));
        return ((Fetch.Entries) fetch)
                .entries().stream().map(entry -> ((Entry.Decoded) entry).job()).toList();
    }

    private static String ids(List<Job> jobs) {
        return String.join(
                " ", jobs.stream().map(job -> job.streamId().toString()).toList());
    }
}
