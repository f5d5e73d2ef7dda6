package io.qbull.store.redis;

import static io.qbull.store.redis.Seed.ATTEMPTS;
import static io.qbull.store.redis.Seed.DEAD;
import static io.qbull.store.redis.Seed.HELD;
import static io.qbull.store.redis.Seed.HELD_JOBS;
import static io.qbull.store.redis.Seed.STREAM;
import static io.qbull.testing.Waiting.failure;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.qbull.model.Attempts;
import io.qbull.model.Entry;
import io.qbull.model.EntryId;
import io.qbull.model.Job;
import io.qbull.model.JobPlace;
import io.qbull.model.Lease;
import io.qbull.model.Segment;
import io.qbull.model.StreamId;
import io.qbull.store.HeldJobs.Advance;
import io.qbull.store.HeldJobs.Mending;
import io.qbull.store.HeldJobs.Page;
import io.qbull.store.HeldJobs.Parked;
import io.qbull.store.HeldJobs.Parking;
import io.qbull.store.JobLog.Verdict;
import io.qbull.store.Store;
import io.qbull.testing.HeldSet;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.RedisState;
import io.qbull.testing.Resp;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the scripts of an owner do to entries of segments, by what is in Redis before and after. */
@Tag("redis")
class SegmentScriptsTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    /** Jobs that came from partition 7 by the resize to version 2. */
    private static final Segment SEGMENT = new Segment(2, 7);

    private static final String STAGED = "{Q:3}:staged:2:7";
    private static final String KEY = "k";

    private Resp resp;
    private Store store;
    private Lease lease;

    @BeforeEach
    void open() {
        resp = REDIS.resp();
        store = REDIS.store();
        lease = new Seed(resp).held();
        resp.call("SET", "{Q:3}:started", "2");
        resp.call("HSET", "{Q:3}:staged", SEGMENT.toString(), "9007199254740991 1");
    }

    @Test
    void a_commit_deletes_entries_of_all_streams_of_the_log_with_their_attempts() {
        EntryId moved = staged("a");
        EntryId stays = staged("b");
        StreamId own = added("c");
        for (String name : List.of(moved.toString(), stays.toString(), own.toString())) {
            resp.call("HSET", ATTEMPTS, name, "0 1 0 1");
        }
        assertThat(get(store.jobs().commit(lease, List.of(moved, EntryId.own(own)))))
                .isEqualTo(Verdict.DONE);
        assertThat(ids(STAGED)).containsExactly(stays.streamId());
        assertThat(ids(STREAM)).isEmpty();
        assertThat(resp.list("HKEYS", ATTEMPTS)).isEqualTo(List.of(stays.toString()));
        new Seed(resp)
                .refusedToAllButTheOwner(
                        stale -> store.jobs().commit(stale, List.of(stays, EntryId.own(own))), Verdict.FENCED);
    }

    @Test
    void what_is_held_goes_by_the_layout_under_which_it_came() {
        StreamId early = added("early");
        resp.call("SET", "{Q:3}:started", "1");
        park(EntryId.own(early));
        EntryId first = staged("first", "@id", "5-1");
        EntryId second = staged("second");
        resp.call("SET", "{Q:3}:started", "2");
        StreamId late = added("late");
        park(EntryId.own(late));
        park(first, second);
        assertThat(resp.number("XLEN", STAGED)).isZero();
        List<String> run = new ArrayList<>();
        Advance next = get(store.held().advance(lease, KEY, null));
        while (next instanceof Advance.Next head) {
            Job job = ((Entry.Decoded) head.entry()).job();
            assertThat(job.entry()).isEqualTo(head.place().entry());
            run.add(job.id().value() + " " + job.entry().segment());
            next = get(store.held().advance(lease, KEY, head.place()));
        }
        assertThat(run).containsExactly("early ", "first 2:7", "second 2:7", "late ");
    }

    @Test
    void a_parked_job_keeps_the_id_that_it_had_first_and_its_attempts() {
        EntryId foreign = foreign("@id", "5-1", "@at", "0 2 0 3", "@@at", "own", "name", "value");
        EntryId known = staged("known", "@at", "0 1 0 1");
        resp.call("HSET", ATTEMPTS, known.toString(), "0 2 1 4");
        park(known);
        assertThat(head().attempts()).as("the newer record").isEqualTo(new Attempts(0, 2, 1, 4));
        get(store.held().park(lease, List.of(new Parked(foreign, "5-1")), false));
        Job job = job(get(store.held().advance(lease, "5-1", null)));
        assertThat(job.streamId()).isEqualTo(new StreamId(5, 1));
        assertThat(job.id().value()).isEqualTo("5-1");
        assertThat(job.key()).isEqualTo("5-1");
        assertThat(job.entry()).isEqualTo(foreign);
        assertThat(texts(job)).isEqualTo(Map.of("@at", "own", "name", "value"));
        assertThat(job.attempts()).isEqualTo(new Attempts(0, 2, 0, 3));
        assertThat(resp.list("HKEYS", ATTEMPTS)).isEqualTo(List.of(place(known), place(foreign)));
    }

    @Test
    void jobs_with_one_entry_id_that_were_parked_in_two_partitions_keep_what_is_on_record_when_they_meet() {
        EntryId here = staged("here", "@at", "0 1 0 1");
        park(here);
        String elsewhere = place(here).replace(".3", ".5");
        EntryId there = foreign(
                "id", "there", "key", "other", "ts", "1", "body", "b", "@at", "0 2 0 2", "@k", "h", "@place",
                elsewhere);
        get(store.held().unpack(lease, List.of(new Parked(there, "other"))));
        assertThat(head().attempts()).isEqualTo(new Attempts(0, 1, 0, 1));
        assertThat(job(get(store.held().advance(lease, "other", null))).attempts())
                .isEqualTo(new Attempts(0, 2, 0, 2));
    }

    @Test
    void a_call_parks_jobs_of_one_stream() {
        EntryId moved = staged("a");
        EntryId own = EntryId.own(added("b"));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        store.held().park(lease, List.of(new Parked(moved, KEY), new Parked(own, KEY)), false));
    }

    @Test
    void a_failed_job_is_held_with_what_came_along_and_once() {
        EntryId moved = staged("a", "@at", "0 1 0 1", "@id", "5-1");
        assertThat(fail(moved, 1)).isEqualTo(Verdict.DONE);
        assertThat(resp.number("XLEN", STAGED))
                .as("the change was not a later one")
                .isEqualTo(1);
        assertThat(fail(moved, 2)).isEqualTo(Verdict.DONE);
        assertThat(resp.number("XLEN", STAGED)).isZero();
        Job job = head();
        assertThat(job.attempts().failed()).isEqualTo(2);
        assertThat(job.streamId()).isEqualTo(new StreamId(5, 1));
        Map<String, Object> before = RedisState.read(resp);
        assertThat(fail(moved, 2)).as("a repeat").isEqualTo(Verdict.DONE);
        assertThat(RedisState.read(resp)).isEqualTo(before);
        assertThat(HeldSet.read(resp, HELD_JOBS).get(0).fields())
                .contains("@id", "5-1")
                .doesNotContain("@at");
    }

    @Test
    void a_late_failure_of_a_held_job_leaves_an_entry_alone_that_has_the_same_id() {
        resp.call("XADD", STREAM, "5-1", "id", "other", "key", "other", "ts", "1", "body", "b");
        JobPlace gone =
                new JobPlace(EntryId.own(new StreamId(5, 1)), "0000000001:00000000000000000005-00000000000000000001:7");
        get(store.held().fail(lease, gone, KEY, Seed.failed(1)));
        assertThat(resp.number("XLEN", STREAM)).isEqualTo(1);
        assertThat(resp.number("EXISTS", HELD)).isZero();
    }

    @Test
    void a_crash_is_counted_on_top_of_what_came_along() {
        EntryId moved = staged("a", "@at", "2:1:1700000000000 1 1 3");
        get(store.held().suspect(lease, JobPlace.inLog(moved), KEY, Seed.crashes(3)));
        assertThat(resp.number("EXISTS", ATTEMPTS)).as("not a later change").isZero();
        get(store.held().suspect(lease, JobPlace.inLog(moved), KEY, new Attempts(0, 2, 1, 4)));
        assertThat(resp.text("HGET", ATTEMPTS, moved.toString())).isEqualTo("2:1:1700000000000 2 1 4");
    }

    @Test
    void a_dead_letter_is_the_entry_as_it_was_added() {
        EntryId moved = foreign("@id", "5-1", "@at", "0 2 0 3", "@@at", "own", "name", "value");
        EntryId parked = foreign("@id", "5-2", "name", "parked");
        get(store.held().park(lease, List.of(new Parked(parked, "5-2")), false));
        resp.call("HSET", ATTEMPTS, moved.toString(), "0 3 0 4");
        get(store.jobs().bury(lease, JobPlace.inLog(moved), "5-1", Seed.burial("no", 1)));
        get(store.jobs().bury(lease, new JobPlace(parked, place(parked)), "5-2", Seed.burial("no", 1)));
        assertThat(resp.list("XRANGE", DEAD, "-", "+").toString())
                .contains("[@at, own, name, value, reason,")
                .contains("[name, parked, reason,");
        assertThat(resp.number("XLEN", STAGED)).isZero();
        assertThat(resp.number("EXISTS", ATTEMPTS)).isZero();
    }

    @Test
    void a_parked_job_that_has_lost_its_key_gets_it_back_by_the_id_that_it_had_first() {
        EntryId foreign = foreign("@id", "5-1", "@@at", "own");
        get(store.held().park(lease, List.of(new Parked(foreign, "5-1")), false));
        resp.call("DEL", HELD);
        Mending mended = get(store.held().mend(lease, Page.START));
        while (mended instanceof Mending.Mended page && !page.cursor().equals(Page.START)) {
            mended = get(store.held().mend(lease, page.cursor()));
        }
        assertThat(resp.list("HKEYS", HELD)).isEqualTo(List.of("5-1"));
    }

    @Test
    void a_key_of_a_foreign_type_stops_a_script_before_its_first_write() {
        resp.call("SET", STAGED, "foreign");
        EntryId entry = new EntryId(SEGMENT, new StreamId(1, 1));
        Map<String, Object> before = RedisState.read(resp);
        assertThat(failure(store.held().park(lease, List.of(new Parked(entry, KEY)), true)))
                .hasMessageContaining(STAGED);
        assertThat(failure(store.held().fail(lease, JobPlace.inLog(entry), KEY, Seed.failed(1))))
                .hasMessageContaining(STAGED);
        assertThat(failure(store.jobs().bury(lease, JobPlace.inLog(entry), KEY, Seed.burial("no", 1))))
                .hasMessageContaining(STAGED);
        assertThat(RedisState.read(resp)).isEqualTo(before);
        // What is left breaks the rules of the keys on purpose.
        resp.call("FLUSHALL");
    }

    private Verdict fail(EntryId entry, int attempts) {
        return get(store.held().fail(lease, JobPlace.inLog(entry), KEY, Seed.failed(attempts)));
    }

    private void park(EntryId... entries) {
        List<Parked> jobs = new ArrayList<>();
        for (EntryId each : entries) {
            jobs.add(new Parked(each, KEY));
        }
        assertThat(get(store.held().park(lease, jobs, false))).isEqualTo(Parking.DONE);
    }

    private Job head() {
        return job(get(store.held().advance(lease, KEY, null)));
    }

    private static Job job(Advance advance) {
        return ((Entry.Decoded) ((Advance.Next) advance).entry()).job();
    }

    private static String place(EntryId entry) {
        return String.format(
                "%010d;%020d-%020d:7.3",
                1, entry.streamId().millis(), entry.streamId().sequence());
    }

    @SuppressWarnings("unchecked")
    private static Map<String, String> texts(Job foreign) {
        Map<String, String> texts = new HashMap<>();
        ((Map<String, byte[]>) foreign.body())
                .forEach((name, value) -> texts.put(name, new String(value, StandardCharsets.UTF_8)));
        return texts;
    }

    private EntryId staged(String id, String... more) {
        List<String> fields = new ArrayList<>(List.of("id", id, "key", KEY, "ts", "1700000000001", "body", "b"));
        fields.addAll(List.of(more));
        return foreign(fields.toArray(String[]::new));
    }

    private EntryId foreign(String... fields) {
        List<String> command = new ArrayList<>(List.of("XADD", STAGED, "*"));
        command.addAll(List.of(fields));
        return new EntryId(SEGMENT, StreamId.parse(resp.text(command.toArray(String[]::new))));
    }

    private StreamId added(String id) {
        return StreamId.parse(resp.text("XADD", STREAM, "*", "id", id, "key", KEY, "ts", "1700000000001", "body", "b"));
    }

    private List<StreamId> ids(String stream) {
        return resp.list("XRANGE", stream, "-", "+").stream()
                .map(entry -> StreamId.parse((String) ((List<?>) entry).get(0)))
                .toList();
    }
}
