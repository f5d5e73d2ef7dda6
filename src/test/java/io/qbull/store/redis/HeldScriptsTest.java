package io.qbull.store.redis;

import static io.qbull.store.redis.Seed.ATTEMPTS;
import static io.qbull.store.redis.Seed.DEAD;
import static io.qbull.store.redis.Seed.HELD;
import static io.qbull.store.redis.Seed.HELD_JOBS;
import static io.qbull.store.redis.Seed.INBOX;
import static io.qbull.store.redis.Seed.STREAM;
import static io.qbull.testing.Waiting.failure;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Attempts;
import io.qbull.model.Entry;
import io.qbull.model.EntryId;
import io.qbull.model.Job;
import io.qbull.model.JobPlace;
import io.qbull.model.Lease;
import io.qbull.model.LogCursor;
import io.qbull.model.StreamId;
import io.qbull.store.HeldJobs;
import io.qbull.store.HeldJobs.Action;
import io.qbull.store.HeldJobs.Advance;
import io.qbull.store.HeldJobs.Attended;
import io.qbull.store.HeldJobs.Failed;
import io.qbull.store.HeldJobs.Page;
import io.qbull.store.HeldJobs.Parked;
import io.qbull.store.JobLog.Agenda;
import io.qbull.store.JobLog.Fetch;
import io.qbull.store.JobLog.Instruction;
import io.qbull.store.JobLog.Verdict;
import io.qbull.store.Store;
import io.qbull.store.StoreException;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.RedisState;
import io.qbull.testing.Resp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Each script that works on jobs of keys that wait, by what is in Redis before and after. */
@Tag("redis")
class HeldScriptsTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final String KEY = "k";

    private Resp resp;
    private Seed seed;
    private Store store;
    private HeldJobs held;
    private Lease lease;

    @BeforeEach
    void open() {
        resp = REDIS.resp();
        seed = new Seed(resp);
        store = REDIS.store();
        held = store.held();
        lease = seed.held();
    }

    @Test
    void a_failure_recorded_by_a_stale_owner_or_epoch_or_after_a_release_changes_nothing() {
        JobPlace job = JobPlace.inStream(seed.job("a", "1"));
        seed.refusedToAllButTheOwner(stale -> held.fail(stale, job, KEY, Seed.failed(1)), Verdict.FENCED);
    }

    @Test
    void a_parking_by_a_stale_owner_or_epoch_or_after_a_release_changes_nothing() {
        List<Parked> jobs = List.of(new Parked(EntryId.own(seed.job("a", "1")), KEY));
        seed.refusedToAllButTheOwner(stale -> held.park(stale, jobs, false), HeldJobs.Parking.FENCED);
    }

    @Test
    void an_advance_by_a_stale_owner_or_epoch_or_after_a_release_changes_nothing() {
        fail(seed.job("a", "1"), 1, Duration.ZERO);
        JobPlace job = head().place();
        seed.refusedToAllButTheOwner(stale -> held.advance(stale, KEY, job), new Advance.Fenced());
    }

    @Test
    void the_held_keys_are_not_told_to_a_stale_owner_or_epoch_or_after_a_release() {
        fail(seed.job("a", "1"), 1, Duration.ZERO);
        seed.refusedToAllButTheOwner(stale -> held.keys(stale, Page.START), new Page.Fenced());
    }

    @Test
    void a_suspicion_by_a_stale_owner_or_epoch_or_after_a_release_changes_nothing() {
        JobPlace job = JobPlace.inStream(seed.job("a", "1"));
        seed.refusedToAllButTheOwner(stale -> held.suspect(stale, job, KEY, Seed.crashes(1)), Verdict.FENCED);
    }

    @Test
    void an_instruction_attended_by_a_stale_owner_or_epoch_or_after_a_release_changes_nothing() {
        fail(seed.job("a", "1"), 1, Duration.ZERO);
        Instruction retry = instruction("retry");
        seed.refusedToAllButTheOwner(stale -> held.attend(stale, retry, Action.RETRY), new Attended.Fenced());
    }

    @Test
    void a_failed_job_leaves_the_stream_and_waits_for_its_pause() {
        StreamId a = seed.job("a", "1");
        StreamId b = seed.job("b", "2");
        fail(a, 1, Duration.ofMinutes(1));
        assertThat(resp.number("XLEN", STREAM)).isEqualTo(1);
        assertThat(keys()).hasSize(1);
        assertThat(keys().get(KEY)).isBetween(Duration.ofSeconds(50), Duration.ofMinutes(1));
        Job waiting = job(head());
        assertThat(waiting.streamId()).isEqualTo(a);
        assertThat(waiting.id().value()).isEqualTo("a");
        assertThat(counts(waiting)).isEqualTo(new Attempts(1, 0, 0, 1));
        assertThat(((Fetch.Entries) get(store.jobs().fetch(lease, LogCursor.START, StreamId.START, 10, 1000)))
                        .entries())
                .extracting(Entry::streamId)
                .containsExactly(b);
    }

    @Test
    void a_pause_is_not_longer_because_the_clock_went_back() {
        fail(seed.job("a", "1"), 1, Duration.ofMinutes(1));
        String[] state = resp.text("HGET", Seed.HELD, KEY).split(" ", 3);
        long due = Long.parseLong(state[0]) + 3_600_000;
        long failedAt = Long.parseLong(state[2].trim().split(" ", 2)[0]) + 3_600_000;
        resp.call("HSET", Seed.HELD, KEY, due + " 1 " + failedAt + " it broke");
        assertThat(keys()).containsEntry(KEY, Duration.ofMinutes(1));
        Instruction ignored = instruction("retry");
        assertThat(get(held.attend(lease, ignored, Action.IGNORE))).isEqualTo(new Attended.Done(Duration.ofMinutes(1)));
    }

    @Test
    void a_failure_that_comes_again_or_late_changes_nothing() {
        StreamId a = seed.job("a", "1");
        fail(a, 1, Duration.ofMinutes(1));
        Map<String, Object> once = RedisState.read(resp);
        fail(a, 1, Duration.ZERO);
        assertThat(RedisState.read(resp)).isEqualTo(once);
        assertThat(get(held.fail(lease, head().place(), KEY, new Failed(2, 2, 2, null, "no"))))
                .isEqualTo(Verdict.DONE);
        assertThat(keys()).containsEntry(KEY, null);
        Map<String, Object> twice = RedisState.read(resp);
        fail(a, 1, Duration.ZERO);
        assertThat(get(held.fail(lease, head().place(), KEY, new Failed(1, 1, 1, Duration.ZERO, "late"))))
                .isEqualTo(Verdict.DONE);
        assertThat(RedisState.read(resp)).isEqualTo(twice);
    }

    @Test
    void a_failure_of_a_job_that_is_done_leaves_no_trace() {
        StreamId a = seed.job("a", "1");
        get(store.jobs().commit(lease, List.of(EntryId.own(a))));
        Map<String, Object> before = RedisState.read(resp);
        fail(a, 1, Duration.ZERO);
        get(held.park(lease, List.of(new Parked(EntryId.own(a), KEY)), false));
        get(held.suspect(lease, JobPlace.inStream(a), KEY, Seed.crashes(1)));
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    @Test
    void held_jobs_of_a_key_are_ordered_by_their_place_in_the_stream_not_by_their_coming() {
        List<StreamId> places = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            places.add(seed.job("j" + i, "b" + i));
        }
        get(held.park(
                lease,
                List.of(new Parked(EntryId.own(places.get(11)), KEY), new Parked(EntryId.own(places.get(2)), KEY)),
                false));
        fail(places.get(1), 1, Duration.ZERO);
        get(held.park(
                lease,
                List.of(new Parked(EntryId.own(places.get(9)), KEY), new Parked(EntryId.own(places.get(5)), "other")),
                false));
        assertThat(drained(KEY)).containsExactly("j1", "j2", "j9", "j11");
        assertThat(drained("other")).containsExactly("j5");
        assertThat(resp.number("EXISTS", HELD, HELD_JOBS, ATTEMPTS)).isZero();
    }

    @Test
    void beyond_a_number_of_bytes_no_more_jobs_are_parked() {
        String large = "x".repeat(17 << 20);
        StreamId first =
                StreamId.parse(resp.text("XADD", STREAM, "*", "id", "a", "key", KEY, "ts", "1", "body", large));
        List<Parked> second = List.of(new Parked(EntryId.own(seed.job("b", "2")), KEY));
        assertThat(get(held.park(lease, List.of(new Parked(EntryId.own(first), KEY)), false)))
                .isEqualTo(HeldJobs.Parking.DONE);
        Map<String, Object> before = RedisState.read(resp);

        assertThat(get(held.park(lease, second, false))).isEqualTo(HeldJobs.Parking.FULL);
        assertThat(RedisState.read(resp)).isEqualTo(before);
        assertThat(get(held.park(lease, second, true)))
                .as("an earlier attempt may have been carried out")
                .isEqualTo(HeldJobs.Parking.DONE);
    }

    @Test
    void keys_of_which_one_begins_with_the_other_are_not_mixed_up() {
        fail(seed.job("a", "1"), 1, Duration.ZERO);
        get(held.park(
                lease,
                List.of(
                        new Parked(EntryId.own(seed.job("b", "2")), KEY + "0"),
                        new Parked(EntryId.own(seed.job("c", "3")), "")),
                false));
        assertThat(drained(KEY)).containsExactly("a");
        assertThat(drained(KEY + "0")).containsExactly("b");
    }

    @Test
    void a_finished_job_that_is_reported_again_takes_no_other_with_it() {
        StreamId a = seed.job("a", "1");
        StreamId b = seed.job("b", "2");
        fail(a, 1, Duration.ofMinutes(1));
        get(held.park(lease, List.of(new Parked(EntryId.own(b), KEY)), false));
        JobPlace first = head().place();
        Advance.Next second = (Advance.Next) get(held.advance(lease, KEY, first));
        assertThat(job(second).id().value()).isEqualTo("b");
        assertThat(keys()).containsEntry(KEY, Duration.ZERO);
        get(held.fail(lease, second.place(), KEY, new Failed(1, 1, 1, null, "no")));
        Map<String, Object> before = RedisState.read(resp);
        assertThat(job((Advance.Next) get(held.advance(lease, KEY, first))).id().value())
                .isEqualTo("b");
        assertThat(RedisState.read(resp))
                .as("the pause of the second is untouched")
                .isEqualTo(before);
    }

    @Test
    void a_buried_job_lets_the_next_of_its_key_run_at_once() {
        StreamId a = seed.job("a", "1");
        StreamId b = seed.job("b", "2");
        fail(a, 1, Duration.ofMinutes(1));
        get(held.park(lease, List.of(new Parked(EntryId.own(b), KEY)), false));
        JobPlace first = head().place();
        for (int repeat = 0; repeat < 2; repeat++) {
            assertThat(get(store.jobs().bury(lease, first, KEY, Seed.burial("hopeless", 1))))
                    .isEqualTo(Verdict.DONE);
        }
        assertThat(resp.number("XLEN", DEAD)).isEqualTo(1);
        assertThat(resp.list("XRANGE", DEAD, "-", "+").toString()).contains("id, a", "reason, hopeless", "attempts, 1");
        assertThat(keys()).containsEntry(KEY, Duration.ZERO);
        assertThat(drained(KEY)).containsExactly("b");
    }

    @Test
    void the_crashes_of_a_suspect_move_with_it_and_end_with_its_failure() {
        StreamId a = seed.job("a", "1");
        get(held.suspect(lease, JobPlace.inStream(a), KEY, new Attempts(0, 2, 0, 1)));
        assertThat(resp.text("HGET", ATTEMPTS, a.toString())).isEqualTo("0 2 0 1");
        get(held.park(lease, List.of(new Parked(EntryId.own(a), KEY)), false));
        assertThat(job(head()).attempts()).isEqualTo(new Attempts(0, 2, 0, 1));
        get(held.suspect(lease, head().place(), KEY, new Attempts(0, 1, 1, 2)));
        assertThat(job(head()).attempts()).isEqualTo(new Attempts(0, 1, 1, 2));
        get(held.fail(lease, head().place(), KEY, new Failed(1, 1, 3, null, "no")));
        assertThat(counts(job(head()))).isEqualTo(new Attempts(1, 0, 0, 3));
    }

    @Test
    void the_first_failure_and_what_counts_stay_known_through_failures_suspicions_and_take_overs() {
        StreamId a = seed.job("a", "1");
        get(held.fail(lease, JobPlace.inStream(a), KEY, new Failed(1, 0, 1, Duration.ZERO, "away")));
        String first = resp.text("HGET", ATTEMPTS, head().place().held());
        assertThat(first).matches("1:0:\\d{13} 0 0 1");
        get(held.fail(lease, head().place(), KEY, new Failed(2, 1, 2, Duration.ZERO, "bad")));
        get(held.suspect(lease, head().place(), KEY, new Attempts(2, 3, 1, 3)));
        assertThat(resp.text("HGET", ATTEMPTS, head().place().held()))
                .isEqualTo("2:1" + first.substring(3, 17) + " 3 1 3");

        resp.call("HSET", ATTEMPTS, head().place().held(), "2:1:1000000000000 3 1 3");
        Attempts known = job(head()).attempts();
        assertThat(counts(job(head()))).isEqualTo(new Attempts(2, 3, 1, 3, 1, Duration.ZERO));
        assertThat(known.failingFor()).isGreaterThan(Duration.ofDays(365));
        assertThat(get(held.attend(lease, instruction("retry"), Action.RETRY)))
                .isEqualTo(new Attended.Done(Duration.ZERO));
        assertThat(job(head()).attempts()).isEqualTo(new Attempts(0, 0, 0, 4));
    }

    @Test
    void a_start_that_is_recorded_late_brings_back_no_crash() {
        StreamId a = seed.job("a", "1");
        Attempts started = new Attempts(0, 2, 0, 1);
        get(held.suspect(lease, JobPlace.inStream(a), KEY, started));
        get(held.suspect(lease, JobPlace.inStream(a), KEY, new Attempts(0, 1, 1, 2)));
        get(held.suspect(lease, JobPlace.inStream(a), KEY, started));
        assertThat(resp.text("HGET", ATTEMPTS, a.toString())).as("taken back").isEqualTo("0 1 1 2");
        get(held.fail(lease, JobPlace.inStream(a), KEY, new Failed(1, 1, 3, null, "no")));
        get(held.suspect(lease, head().place(), KEY, started));
        assertThat(counts(job(head()))).as("failed").isEqualTo(new Attempts(1, 0, 0, 3));
        get(held.attend(lease, instruction("retry"), Action.RETRY));
        get(held.suspect(lease, head().place(), KEY, started));
        assertThat(job(head()).attempts()).as("retried by a person").isEqualTo(new Attempts(0, 0, 0, 4));
    }

    @Test
    void a_failure_that_arrives_after_a_persons_retry_does_not_hold_the_key_again() {
        StreamId a = seed.job("a", "1");
        Failed failed = new Failed(1, 1, 1, null, "no");
        get(held.fail(lease, JobPlace.inStream(a), KEY, failed));
        get(held.attend(lease, instruction("retry"), Action.RETRY));
        Map<String, Object> retried = RedisState.read(resp);

        assertThat(get(held.fail(lease, JobPlace.inStream(a), KEY, failed))).isEqualTo(Verdict.DONE);
        assertThat(RedisState.read(resp)).isEqualTo(retried);
        assertThat(keys()).containsEntry(KEY, Duration.ZERO);
    }

    @Test
    void an_instruction_is_told_with_the_fetch_carried_out_once_and_removed() {
        StreamId a = seed.job("a", "1");
        StreamId b = seed.job("b", "2");
        get(held.fail(lease, JobPlace.inStream(a), KEY, new Failed(1, 1, 1, null, "no")));
        get(held.park(lease, List.of(new Parked(EntryId.own(b), KEY)), false));
        Instruction retry = instruction("retry");
        assertThat(((Fetch.Entries) get(store.jobs().fetch(lease, LogCursor.START, StreamId.START, 10, 1000)))
                        .agenda()
                        .instructions())
                .containsExactly(retry);
        assertThat(((Fetch.Entries) get(store.jobs().fetch(lease, LogCursor.START, retry.id(), 10, 1000))).agenda())
                .as("what is known is not told again")
                .isEqualTo(Agenda.EMPTY);
        assertThat(get(held.attend(lease, retry, Action.RETRY))).isEqualTo(new Attended.Done(Duration.ZERO));
        assertThat(keys()).containsEntry(KEY, Duration.ZERO);
        assertThat(job(head()).attempts()).isEqualTo(new Attempts(0, 0, 0, 2));
        assertThat(resp.number("XLEN", INBOX)).isZero();
        get(held.fail(lease, head().place(), KEY, new Failed(1, 1, 3, null, "no")));
        Map<String, Object> before = RedisState.read(resp);
        assertThat(get(held.attend(lease, retry, Action.RETRY))).isEqualTo(new Attended.Done(null));
        get(held.attend(lease, retry, Action.DROP));
        assertThat(RedisState.read(resp)).as("repeats").isEqualTo(before);
        get(held.attend(lease, instruction("drop"), Action.DROP));
        assertThat(drained(KEY)).containsExactly("b");
        get(held.attend(lease, instruction("sing"), Action.IGNORE));
        assertThat(resp.number("XLEN", INBOX)).isZero();
    }

    @Test
    void an_instruction_for_a_job_that_is_not_the_first_of_its_key_any_more_leaves_the_key_as_it_is() {
        fail(seed.job("a", "1"), 1, Duration.ZERO);
        fail(seed.job("b", "2"), 1, Duration.ZERO);
        Instruction drop = instruction("drop", head().place().held());
        get(held.attend(lease, drop, Action.DROP));
        get(held.fail(lease, head().place(), KEY, new Failed(2, 2, 2, null, "no")));
        Instruction late = instruction("drop", drop.place());
        Map<String, Object> before = heldState();

        assertThat(get(held.attend(lease, late, Action.DROP))).isEqualTo(new Attended.Done(null));
        assertThat(heldState()).isEqualTo(before);
        assertThat(resp.number("XLEN", INBOX)).isZero();
        assertThat(drained(KEY)).containsExactly("b");
    }

    @Test
    void thousands_of_held_keys_are_told_in_pages() {
        for (int call = 0; call < 30; call++) {
            List<Parked> parked = new ArrayList<>();
            for (int i = 100 * call; i < 100 * (call + 1); i++) {
                parked.add(new Parked(EntryId.own(seed.job("j" + i, "")), "key " + i));
            }
            assertThat(get(held.park(lease, parked, false))).isEqualTo(HeldJobs.Parking.DONE);
        }
        assertThat(keys()).hasSize(3000).containsKeys("key 0", "key 2999");
    }

    @Test
    void a_key_of_a_foreign_type_stops_a_script_before_its_first_write() {
        StreamId a = seed.job("a", "1");
        for (String key : List.of(HELD, HELD_JOBS, ATTEMPTS)) {
            resp.call("SET", key, "foreign");
            Map<String, Object> before = RedisState.read(resp);
            assertThat(failure(held.fail(lease, JobPlace.inStream(a), KEY, Seed.failed(1))))
                    .as(key)
                    .isInstanceOf(StoreException.Misconfigured.class);
            assertThat(failure(held.park(lease, List.of(new Parked(EntryId.own(a), KEY)), false)))
                    .as(key)
                    .isInstanceOf(StoreException.Misconfigured.class);
            assertThat(RedisState.read(resp)).isEqualTo(before);
            resp.call("DEL", key);
        }
    }

    private void fail(StreamId job, int attempts, Duration pause) {
        Failed failed = new Failed(attempts, attempts, attempts, pause, "it broke");
        assertThat(get(held.fail(lease, JobPlace.inStream(job), KEY, failed))).isEqualTo(Verdict.DONE);
    }

    private Advance.Next head() {
        return (Advance.Next) get(held.advance(lease, KEY, null));
    }

    private static Job job(Advance.Next next) {
        return ((Entry.Decoded) next.entry()).job();
    }

    /** The ids of a key's jobs, each done when it was read. */
    private List<String> drained(String key) {
        List<String> ids = new ArrayList<>();
        Advance advance = get(held.advance(lease, key, null));
        while (advance instanceof Advance.Next next) {
            ids.add(job(next).id().value());
            advance = get(held.advance(lease, key, next.place()));
        }
        return ids;
    }

    private Map<String, @Nullable Duration> keys() {
        Map<String, @Nullable Duration> keys = new HashMap<>();
        String cursor = Page.START;
        do {
            Page.Keys page = (Page.Keys) get(held.keys(lease, cursor));
            keys.putAll(page.keys());
            cursor = page.cursor();
        } while (!cursor.equals(Page.START));
        return keys;
    }

    private Map<String, Object> heldState() {
        Map<String, Object> state = RedisState.read(resp);
        state.keySet().retainAll(List.of(HELD, HELD_JOBS, ATTEMPTS));
        return state;
    }

    private Instruction instruction(String verb) {
        return instruction(verb, "");
    }

    private Instruction instruction(String verb, String place) {
        StreamId id = StreamId.parse(resp.text("XADD", INBOX, "*", "verb", verb, "key", KEY, "place", place));
        return new Instruction(id, verb, KEY, place);
    }

    /** The first failure is some milliseconds old. */
    private static Attempts counts(Job job) {
        Attempts known = job.attempts();
        return new Attempts(
                known.failed(), known.crashed(), known.doubled(), known.change(), known.counted(), Duration.ZERO);
    }
}
