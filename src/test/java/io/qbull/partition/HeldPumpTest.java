package io.qbull.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.RetrySettings;
import io.qbull.model.Attempts;
import io.qbull.model.Entry;
import io.qbull.model.Failure;
import io.qbull.model.JobPlace;
import io.qbull.model.LogCursor;
import io.qbull.model.StreamId;
import io.qbull.model.WhenExhausted;
import io.qbull.store.DelayedJobs.Promotion;
import io.qbull.store.HeldJobs.Action;
import io.qbull.store.HeldJobs.Advance;
import io.qbull.store.HeldJobs.Attended;
import io.qbull.store.HeldJobs.Failed;
import io.qbull.store.HeldJobs.Page;
import io.qbull.store.HeldJobs.Parked;
import io.qbull.store.HeldJobs.Parking;
import io.qbull.store.JobLog.Agenda;
import io.qbull.store.JobLog.Burial;
import io.qbull.store.JobLog.Fetch;
import io.qbull.store.JobLog.Instruction;
import io.qbull.store.JobLog.Verdict;
import io.qbull.store.WakeUps.Known;
import io.qbull.testing.Retries;
import io.qbull.testing.ScriptedStore.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a pump does, step by step, about jobs that do not succeed: their keys wait, no other key does. */
class HeldPumpTest extends PumpTestSupport {
    private static final Duration REPEAT = Duration.ofMillis(100);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Attempts ONE = new Attempts(1, 0, 0, 0);

    @Test
    void other_keys_go_on_while_a_key_waits() {
        given(entry(1, "a"), entry(2, "b"), entry(3, "a"), entry(4, "b"));
        fail();
        answer("fail", Verdict.DONE);
        complete(1);
        complete(2);
        assertThat(ids()).containsExactly(1L, 2L, 4L);
    }

    @Test
    void other_keys_go_on_and_its_own_waits_until_a_failure_is_on_record() {
        given(entry(1, "a"), entry(2, "a"), entry(3, "b"));
        fail();
        assertThat(ids()).containsExactly(1L, 3L);
        complete(1);
        store.next("fail").loseReply();
        loop.tick(REPEAT);
        Call repeated = store.next("fail");
        assertThat(repeated.argument(1, JobPlace.class)).isEqualTo(JobPlace.inStream(new StreamId(1, 0)));
        assertThat(repeated.argument(3, Failed.class).attempts()).isEqualTo(1);
        loop.tick(BACKOFF.multipliedBy(2));
        work();
        assertThat(ids()).containsExactly(1L, 3L);
        assertThat(store.waiting()).doesNotContain("advance");
    }

    @Test
    void the_pause_begins_when_the_failure_is_on_record() {
        given(entry(1, "a"));
        fail();
        loop.tick(BACKOFF);
        answer("fail", Verdict.DONE);
        assertThat(store.waiting()).doesNotContain("advance");
        loop.tick(BACKOFF);
        assertThat(store.waiting()).contains("advance");
    }

    @Test
    void jobs_of_a_held_key_that_fill_the_buffer_are_parked_and_more_is_fetched() {
        begin(0);
        fetched(true, ofKey("a", 1, 128));
        fail();
        assertThat(store.waiting()).as("not before the failure is on record").doesNotContain("park");
        answer("fail", Verdict.DONE);
        assertThat(parked(store.next("park"))).isEqualTo(longs(2, 128));
    }

    @Test
    void without_room_jobs_of_a_held_key_stay_in_the_stream_and_others_run() {
        begin(0);
        fetched(true, ofKey("a", 1, 128));
        fail();
        answer("fail", Verdict.DONE);
        answer("park", Parking.FULL);

        fetched(true, entry(129, "b"), entry(130, "a"));
        assertThat(ids()).as("the stream is read on").containsExactly(1L, 129L);
        fetched(true, ofKey("a", 131, 127));
        complete(1);
        answer("commit", Verdict.DONE);
        assertThat(store.waiting())
                .as("jobs behind those that stay are passed by at once")
                .doesNotContain("park");
        fetched(false, entry(300, "b"));
        assertThat(ids()).containsExactly(1L, 129L, 300L);
    }

    @Test
    void a_key_whose_jobs_stayed_in_the_stream_runs_when_it_is_read_again_from_its_head() {
        begin(0);
        fetched(true, ofKey("a", 1, 128));
        fail();
        answer("fail", Verdict.DONE);
        answer("park", Parking.FULL);
        fetched(false, entry(129, "b"), entry(130, "b"), entry(131, "b"), entry(132, "b"));
        loop.tick(BACKOFF);
        complete(1);
        answer("advance", next(1, "a", Attempts.NONE));
        complete(2);
        complete(3);
        answer("advance", new Advance.Free());
        assertThat(ids()).containsExactly(1L, 129L, 130L, 1L, 131L);
        assertThat(store.waiting()).as("131 still runs").doesNotContain("fetch");
        complete(4);
        assertThat(ids()).as("everything ends before the stream is read again").hasSize(5);
        assertThat(store.waiting()).doesNotContain("fetch");
        answer("commit", Verdict.DONE);

        Call fetch = store.next("fetch");
        assertThat(fetch.argument(1, LogCursor.class)).isEqualTo(LogCursor.START);
        List<Entry> found = new ArrayList<>(List.of(ofKey("a", 2, 3)));
        found.add(entry(132, "b"));
        answer(fetch, new Fetch.Entries(found, false, Agenda.EMPTY));
        assertThat(ids().subList(5, ids().size())).containsExactly(2L);
    }

    @Test
    void a_parking_that_may_have_been_carried_out_is_repeated_as_such() {
        begin(0);
        fetched(true, ofKey("a", 1, 128));
        fail();
        answer("fail", Verdict.DONE);
        Call park = store.next("park");
        assertThat(park.argument(2, Boolean.class)).isFalse();
        park.loseReply();
        loop.tick(REPEAT);
        Call repeated = store.next("park");
        assertThat(repeated.argument(2, Boolean.class)).isTrue();
        assertThat(parked(repeated)).isEqualTo(longs(2, 128));
    }

    @Test
    void after_a_refusal_nothing_is_parked_for_a_second() {
        begin(0);
        fetched(true, ofKey("a", 1, 128));
        fail();
        answer("fail", Verdict.DONE);
        answer("park", Parking.FULL);
        fetched(true, ofKey("b", 129, 256));
        fail();
        answer("fail", Verdict.DONE);
        assertThat(store.waiting()).doesNotContain("park");
        loop.tick(Duration.ofSeconds(2));
        fetched(true, ofKey("c", 257, 384));
        fail();
        answer("fail", Verdict.DONE);
        assertThat(parked(store.next("park"))).isEqualTo(longs(258, 384));
    }

    @Test
    void a_buffer_of_one_is_emptied_too() {
        pump = pump(1, 1 << 20, Retries.of(3, BACKOFF));
        begin(0);
        fetched(true, entry(1, "a"));
        fail();
        answer("fail", Verdict.DONE);
        fetched(true, entry(2, "a"));
        Call park = store.next("park");
        assertThat(parked(park)).containsExactly(2L);
        park.answer(Parking.DONE);
        loop.run();
        fetched(false, entry(3, "b"));
        assertThat(ids()).containsExactly(1L, 3L);
    }

    @Test
    void a_buffer_that_is_full_by_its_bytes_is_emptied_too() {
        pump = pump(128, 100, Retries.of(3, BACKOFF));
        begin(0);
        fetched(true, ofKey("a", 1, 8));
        fail();
        answer("fail", Verdict.DONE);
        assertThat(parked(store.next("park"))).isEqualTo(longs(2, 8));
    }

    @Test
    void nothing_is_parked_when_nothing_is_behind_it() {
        pump = pump(128, 100, Retries.of(3, BACKOFF));
        given(ofKey("a", 1, 8));
        fail();
        answer("fail", Verdict.DONE);
        loop.tick(BACKOFF.dividedBy(2));
        assertThat(store.waiting()).doesNotContain("park");
    }

    @ParameterizedTest
    @CsvSource({"31, false", "32, true"})
    void a_crowd_of_a_held_key_is_parked_although_others_can_run(int crowd, boolean parks) {
        begin(0);
        List<Entry> entries = new ArrayList<>(List.of(ofKey("a", 1, crowd + 1)));
        entries.add(entry(200, "b"));
        entries.add(entry(201, "b"));
        fetched(true, entries.toArray(Entry[]::new));
        fail();
        answer("fail", Verdict.DONE);
        assertThat(ids()).containsExactly(1L, 200L);
        assertThat(store.waiting().contains("park")).isEqualTo(parks);
    }

    @Test
    void one_parking_is_under_way_at_a_time_and_none_while_a_command_touches_the_key() {
        pump = pump(4, 1 << 20, Retries.of(3, BACKOFF));
        begin(0);
        fetched(true, entry(1, "a"), entry(2, "a"), entry(3, "b"), entry(4, "b"));
        fail();
        answer("fail", Verdict.DONE);
        assertThat(ids()).containsExactly(1L, 3L);
        fail();
        Call first = store.next("park");
        assertThat(parked(first)).as("the failure of b is not on record").containsExactly(2L);
        answer("fail", Verdict.DONE);
        fetched(true, entry(5, "b"), entry(6, "b"));
        assertThat(store.waiting()).doesNotContain("park");
        first.answer(Parking.DONE);
        loop.run();
        assertThat(parked(store.next("park"))).containsExactly(4L, 5L, 6L);
    }

    @Test
    void a_key_is_not_advanced_while_its_jobs_are_being_parked() {
        begin(0);
        fetched(true, ofKey("a", 1, 128));
        fail();
        answer("fail", Verdict.DONE);
        loop.tick(BACKOFF.multipliedBy(2));
        assertThat(store.waiting()).contains("park").doesNotContain("advance");
        answer("park", Parking.DONE);
        assertThat(store.waiting()).contains("advance");
    }

    @Test
    void the_jobs_of_a_held_key_run_in_order_and_from_the_stream_only_when_none_is_held() {
        begin(0);
        fetched(true, ofKey("a", 1, 128));
        fail();
        answer("fail", Verdict.DONE);
        answer("park", Parking.DONE);
        loop.tick(BACKOFF);
        answer("advance", next(1, "a", ONE));
        fetched(false, entry(200, "a"));
        complete(1);
        Call advance = store.next("advance");
        assertThat(advance.argument(2, JobPlace.class)).isEqualTo(place(1));
        assertThat(pump.unfinished()).as("its end is not on record").isEqualTo(1);
        advance.answer(next(2, "a", Attempts.NONE));
        loop.run();
        work();
        complete(2);
        assertThat(ids()).containsExactly(1L, 1L, 2L);
        answer("advance", new Advance.Free());
        assertThat(ids()).containsExactly(1L, 1L, 2L, 200L);
    }

    @Test
    void a_held_job_that_is_given_up_lets_the_next_one_of_its_key_run() {
        given(entry(1, "a"));
        fail();
        answer("fail", Verdict.DONE);
        loop.tick(BACKOFF);
        answer("advance", next(1, "a", new Attempts(2, 0, 0, 0)));
        fail();
        Call bury = store.next("bury");
        assertThat(bury.argument(1, JobPlace.class)).isEqualTo(place(1));
        assertThat(bury.argument(2, String.class)).isEqualTo("a");
        bury.answer(Verdict.DONE);
        loop.run();
        Call advance = store.next("advance");
        assertThat(advance.toString()).isEqualTo("advance");
        advance.answer(next(2, "a", Attempts.NONE));
        loop.run();
        work();
        assertThat(ids()).containsExactly(1L, 1L, 2L);
    }

    @Test
    void a_held_job_that_cannot_be_read_is_buried() {
        heldBefore(Map.of("a", Duration.ZERO));
        fetched(false);
        answer("advance", new Advance.Next(place(1), new Entry.Undecodable(id(1), "no key", 10)));
        Call bury = store.next("bury");
        assertThat(bury.argument(1, JobPlace.class)).isEqualTo(place(1));
        assertThat(bury.argument(3, Burial.class)).isEqualTo(new Burial("no key", "", 0));
        bury.answer(Verdict.DONE);
        loop.run();
        answer("advance", next(2, "a", Attempts.NONE));
        assertThat(ids()).containsExactly(2L);
    }

    @Test
    void held_keys_and_the_stream_take_turns() {
        heldBefore(Map.of("a", Duration.ZERO));
        fetched(false, entry(10, "b"), entry(11, "b"), entry(12, "b"));
        answer("advance", next(1, "a", ONE));
        for (int index = 0; index < 4; index++) {
            complete(index);
            if (store.waiting().contains("advance")) {
                answer("advance", next(index + 2, "a", Attempts.NONE));
            }
        }
        assertThat(ids().stream().map(id -> id >= 10)).containsExactly(true, false, true, false, true);
    }

    @Test
    void nothing_starts_before_all_held_keys_are_known() {
        pump.start(0);
        fetched(false, entry(1, "c"), entry(2, "b"));
        Map<String, @Nullable Duration> last = new HashMap<>();
        last.put("b", null);
        answer("keys", new Page.Keys("7", Map.of("a", Duration.ZERO)));
        Call second = store.next("keys");
        assertThat(second.argument(1, String.class)).isEqualTo("7");
        assertThat(started).isEmpty();
        assertThat(store.waiting()).doesNotContain("advance");
        second.answer(new Page.Keys(Page.START, last));
        loop.run();
        work();
        complete(0);
        assertThat(ids()).as("b waits").containsExactly(1L);
        assertThat(store.waiting()).containsOnlyOnce("advance");
    }

    @Test
    void a_pause_goes_on_under_the_next_owner() {
        heldBefore(Map.of("a", Duration.ofSeconds(3), "b", Duration.ofSeconds(5)));
        fetched(false);
        loop.tick(Duration.ofSeconds(3).minusMillis(1));
        assertThat(store.waiting()).doesNotContain("advance");
        loop.tick(Duration.ofMillis(1));
        Call advance = store.next("advance");
        assertThat(advance.argument(1, String.class)).isEqualTo("a");
        advance.answer(new Advance.Free());
        loop.run();
        loop.tick(Duration.ofSeconds(2));
        assertThat(store.next("advance").argument(1, String.class)).isEqualTo("b");
    }

    @Test
    void a_job_that_is_spent_under_stricter_settings_is_buried_unrun() {
        given(entry(1, "a", new Attempts(3, 0, 0, 0)));
        assertThat(store.next("bury").argument(3, Burial.class))
                .isEqualTo(new Burial("failed 3 times under an earlier owner", "", 3));
        assertThat(started).isEmpty();
    }

    @Test
    void a_failure_that_does_not_pass_is_buried_at_once() {
        given(entry(1, "a"));
        outcomes.get(0).failed(new Failure("bad", "a.Bad", Failure.Course.BURY));
        loop.run();
        assertThat(store.next("bury").argument(3, Burial.class)).isEqualTo(new Burial("bad", "a.Bad", 1));
    }

    @Test
    void a_key_whose_job_is_exhausted_can_wait_for_a_person_while_others_go_on() {
        blocked();
        loop.tick(Duration.ofDays(30));
        assertThat(store.waiting()).doesNotContain("advance");
        assertThat(ids()).containsExactly(1L, 3L);
        assertThat(standstill(pump, Duration.ZERO)).contains("has been running for");
    }

    @Test
    void a_person_lets_the_job_run_again() {
        blocked();
        told(instruction(5, "retry", "a"));
        Call attend = store.next("attend");
        assertThat(attend.argument(1, Instruction.class)).isEqualTo(instruction(5, "retry", "a"));
        assertThat(attend.argument(2, Action.class)).isEqualTo(Action.RETRY);
        complete(1);
        assertThat(store.waiting()).as("not before it is carried out").doesNotContain("advance");
        attend.answer(new Attended.Done(Duration.ZERO));
        loop.run();
        answer("advance", next(1, "a", Attempts.NONE));
        assertThat(ids()).containsExactly(1L, 3L, 1L);
    }

    @Test
    void a_person_drops_the_job_and_the_next_one_runs() {
        blocked();
        told(instruction(5, "drop", "a"));
        Call attend = store.next("attend");
        assertThat(attend.argument(2, Action.class)).isEqualTo(Action.DROP);
        attend.answer(new Attended.Done(Duration.ZERO));
        loop.run();
        complete(1);
        answer("advance", new Advance.Free());
        assertThat(ids()).containsExactly(1L, 3L, 2L);
    }

    @ParameterizedTest
    @CsvSource({"explode, a", "retry, not-held", "drop, b"})
    void a_request_that_makes_no_sense_is_removed_and_changes_nothing(String verb, String key) {
        blocked();
        told(instruction(5, verb, key));
        Call attend = store.next("attend");
        assertThat(attend.argument(2, Action.class)).isEqualTo(Action.IGNORE);
        attend.answer(new Attended.Done(Duration.ZERO));
        loop.run();
        complete(1);
        assertThat(store.waiting()).doesNotContain("advance");
        assertThat(ids()).containsExactly(1L, 3L);
    }

    @Test
    void a_request_waits_for_the_command_that_touches_its_key() {
        given(entry(1, "a"));
        fail();
        told(instruction(5, "retry", "a"));
        assertThat(store.waiting()).doesNotContain("attend");
        answer("fail", Verdict.DONE);
        assertThat(store.waiting()).contains("attend");
    }

    @Test
    void a_request_is_read_once_and_carried_out_once() {
        blocked();
        told(instruction(5, "retry", "a"), instruction(6, "drop", "zz"));
        answer("attend", new Attended.Done(Duration.ZERO));
        Call second = store.next("attend");
        assertThat(second.argument(1, Instruction.class)).isEqualTo(instruction(6, "drop", "zz"));
        ring(store.next("watch"));
        assertThat(store.next("fetch").argument(2, StreamId.class))
                .as("asks for no more than what follows")
                .isEqualTo(new StreamId(6, 0));
        answer(second, new Attended.Done(Duration.ZERO));
        assertThat(store.waiting()).doesNotContain("attend");
    }

    @Test
    void a_request_is_found_while_the_buffer_is_full() {
        heldBefore(Map.of("a", Duration.ofDays(1)));
        fetched(true, ofKey("b", 1, 128));
        assertThat(store.waiting()).doesNotContain("fetch");
        Call watch = store.next("watch");
        assertThat(watch.argument(1, Known.class)).as("the inbox alone").isEqualTo(new Known(null, StreamId.START));
        ring(watch);
        answerWith(instruction(5, "retry", "a"));
        assertThat(store.next("attend").argument(2, Action.class)).isEqualTo(Action.RETRY);
        watch = store.next("watch");
        assertThat(watch.argument(1, Known.class)).isEqualTo(new Known(null, new StreamId(5, 0)));
        ring(watch);
        Call fetch = store.next("fetch");
        assertThat(fetch.argument(3, Integer.class)).as("entries asked for").isZero();
        assertThat(fetch.argument(2, StreamId.class)).isEqualTo(new StreamId(5, 0));
    }

    @Test
    void a_request_about_a_key_that_runs_keeps_no_other_waiting() {
        heldBefore(Map.of("a", Duration.ZERO, "b", Duration.ofDays(1)));
        fetched(false);
        answer("advance", next(1, "a", ONE));
        told(instruction(5, "retry", "a"), instruction(6, "drop", "a"), instruction(7, "drop", "b"));
        Call attend = store.next("attend");
        assertThat(attend.argument(1, Instruction.class)).isEqualTo(instruction(7, "drop", "b"));
        answer(attend, new Attended.Done(Duration.ofDays(1)));
        assertThat(store.waiting()).doesNotContain("attend");
        fail();
        answer("fail", Verdict.DONE);
        assertThat(store.next("attend").argument(1, Instruction.class)).isEqualTo(instruction(5, "retry", "a"));
    }

    @Test
    void most_of_very_many_requests_stay_in_redis() {
        heldBefore(Map.of("a", Duration.ZERO));
        fetched(false);
        answer("advance", next(1, "a", ONE));
        told(IntStream.range(100, 250)
                .mapToObj(id -> instruction(id, "retry", "a"))
                .toArray(Instruction[]::new));
        assertThat(store.next("watch").argument(1, Known.class)).isEqualTo(new Known(StreamId.START, StreamId.END));
        fail();
        answer("fail", Verdict.DONE);
        answer("attend", new Attended.Done(Duration.ofDays(1)));
        assertThat(store.next("watch").argument(1, Known.class))
                .isEqualTo(new Known(StreamId.START, new StreamId(199, 0)));
    }

    @Test
    void after_a_crash_jobs_are_recorded_before_they_start_and_run_one_at_a_time() {
        begin(3);
        fetched(true, entry(1, "a"), entry(2, "b", new Attempts(0, 2, 0, 0)), entry(3, "c"), entry(4, "d"));
        assertThat(started).isEmpty();
        suspected(1, 1);
        assertThat(ids()).containsExactly(1L);
        complete(0);
        assertThat(ids()).containsExactly(1L);
        assertThat(store.waiting()).doesNotContain("suspect");
        answer("commit", Verdict.DONE);
        suspected(2, 3);
        fail();
        assertThat(store.waiting()).as("its failure is not on record").doesNotContain("suspect");
        answer("fail", Verdict.DONE);
        suspected(3, 1);
        complete(2);
        assertThat(ids()).as("the last one too is committed before the next").containsExactly(1L, 2L, 3L);
        answer("commit", Verdict.DONE);
        assertThat(ids()).containsExactly(1L, 2L, 3L, 4L);
        assertThat(store.waiting()).doesNotContain("suspect");
    }

    @Test
    void nothing_touches_a_held_key_while_the_start_of_its_job_is_being_recorded() {
        pump = pump(4, 1 << 20, Retries.of(3, BACKOFF));
        start(1);
        answer("keys", new Page.Keys(Page.START, Map.of("a", Duration.ZERO)));
        fetched(true, entry(2, "a"), entry(3, "a"), entry(4, "a"));
        answer("advance", next(1, "a", Attempts.NONE));
        assertThat(store.waiting()).contains("suspect").doesNotContain("park");
        answer("suspect", Verdict.DONE);
        assertThat(ids()).containsExactly(1L);
        assertThat(store.waiting()).doesNotContain("park");
    }

    @Test
    void a_suspect_does_not_start_when_trust_has_ended_meanwhile() {
        begin(1);
        fetched(false, entry(1, "a"));
        trusted = false;
        answer("suspect", Verdict.DONE);
        assertThat(started).isEmpty();
        suspected(1, 0);
        trusted = true;
        pump.resume();
        suspected(1, 1);
        assertThat(ids()).containsExactly(1L);
    }

    @Test
    void a_job_that_took_down_too_many_processes_is_buried_unrun() {
        begin(2);
        fetched(false, entry(1, "a", new Attempts(1, 4, 0, 0)), entry(2, "b", new Attempts(0, 3, 0, 0)));
        assertThat(store.next("bury").argument(3, Burial.class)).isEqualTo(new Burial("crashed its worker", "", 6));
        assertThat(started).isEmpty();
    }

    @Test
    void a_job_whose_start_was_recorded_is_no_killer_when_its_process_came_back() {
        given(entry(1, "a", new Attempts(0, 4, 0, 0)));
        assertThat(ids()).containsExactly(1L);
        assertThat(store.waiting()).doesNotContain("bury", "suspect");
    }

    @Test
    void what_comes_after_the_end_of_the_stream_is_no_suspect() {
        begin(PartitionPump.WINDOW);
        fetched(false, entry(1, "a"));
        suspected(1, 1);
        complete(0);
        answer("commit", Verdict.DONE);
        ring(store.next("watch"));
        fetched(false, entry(2, "a"));
        assertThat(ids()).containsExactly(1L, 2L);
    }

    @Test
    void the_first_jobs_of_held_keys_are_suspects_too() {
        start(1);
        answer("keys", new Page.Keys(Page.START, Map.of("a", Duration.ZERO)));
        fetched(false);
        answer("advance", next(1, "a", ONE));
        Call suspect = store.next("suspect");
        assertThat(suspect.argument(1, JobPlace.class)).isEqualTo(place(1));
        assertThat(started).isEmpty();
        suspect.answer(Verdict.DONE);
        loop.run();
        work();
        complete(0);
        answer("advance", next(2, "a", Attempts.NONE));
        assertThat(ids()).as("the next one is none").containsExactly(1L, 2L);
    }

    @Test
    void after_a_crash_the_first_job_of_a_held_key_goes_before_the_stream() {
        start(1);
        answer("keys", new Page.Keys(Page.START, Map.of("a", Duration.ZERO)));
        fetched(false, entry(5, "b"));
        answer("advance", next(1, "a", ONE));
        assertThat(store.next("suspect").argument(1, JobPlace.class)).isEqualTo(place(1));
    }

    @Test
    void the_time_of_a_job_counts_from_the_moment_at_which_a_worker_takes_it() {
        pump = pump(128, 1 << 20, retry(3, WhenExhausted.BURY, Duration.ofSeconds(10)));
        begin(0);
        answerFetch(false, entries(1, 2));
        loop.tick(Duration.ofSeconds(61));
        assertThat(standstill(pump, Duration.ofSeconds(60)))
                .startsWith("has not moved for 1 min 1 s: job ")
                .endsWith(" waits for a turn");
        inLine = false;
        assertThat(standstill(pump, Duration.ofSeconds(60)))
                .as("a worker has it, and is about to run it")
                .contains(": job ", " has been running for ");
        assertThat(store.waiting()).doesNotContain("fail");

        work();
        loop.tick(Duration.ofSeconds(10).minusNanos(1));
        assertThat(store.waiting()).doesNotContain("fail");
        assertThat(standstill(pump, Duration.ofSeconds(60))).contains(": job ", " has been running for ");
        loop.tick(Duration.ofNanos(1));
        assertThat(store.next("fail").argument(3, Failed.class).reason()).isEqualTo("ran longer than 10 s");
    }

    @Test
    void a_run_that_takes_too_long_has_failed_and_its_end_is_ignored() {
        Duration limit = Duration.ofSeconds(30);
        pump = pump(128, 1 << 20, retry(3, WhenExhausted.BURY, limit));
        given(entry(1, "a"), entry(2, "b"));
        loop.tick(limit.minusMillis(1));
        assertThat(store.waiting()).doesNotContain("fail");
        loop.tick(Duration.ofMillis(1));
        work();
        assertThat(store.next("fail").argument(3, Failed.class).reason()).isEqualTo("ran longer than 30 s");
        assertThat(ids()).containsExactly(1L, 2L);
        complete(0);
        loop.tick(INTERVAL);
        assertThat(store.waiting()).doesNotContain("commit");
    }

    @Test
    void a_run_that_ends_in_time_is_not_timed_out() {
        Duration limit = Duration.ofSeconds(30);
        pump = pump(128, 1 << 20, retry(3, WhenExhausted.BURY, limit));
        given(entry(1, "a"), entry(2, "b"));
        complete(0);
        loop.tick(limit.minusMillis(1));
        complete(1);
        loop.tick(limit);
        assertThat(store.waiting()).doesNotContain("fail");
        assertThat(loop.untilNext()).as("no timer is left behind").isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"keys", "fail", "park", "advance", "suspect", "attend", "bury", "promote"})
    void a_drain_waits_for_the_answer_and_starts_nothing_after_it(String script) {
        Call underWay = underWay(script);
        int before = started.size();
        pump.drain(() -> told.add("drained"));
        loop.tick(Duration.ofHours(1));
        underWay.loseReply();
        loop.tick(REPEAT);
        work();
        assertThat(told).doesNotContain("drained");
        answer(script, done(script));
        if (script.equals("suspect")) {
            assertThat(told).as("its start is taken back").doesNotContain("drained");
            answer(script, done(script));
        }
        assertThat(told).containsExactly("unanswered", "drained");
        assertThat(started).hasSize(before);
        assertThat(loop.untilNext()).as("no timer is left behind").isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"keys", "fail", "park", "advance", "suspect", "attend", "bury", "promote"})
    void a_fenced_answer_stops_everything(String script) {
        Call underWay = underWay(script);
        int before = started.size();
        underWay.answer(fenced(script));
        loop.run();
        assertThat(told).containsExactly("fenced");
        List<String> waiting = store.waiting();
        loop.tick(Duration.ofHours(1));
        work();
        assertThat(started).hasSize(before);
        assertThat(store.waiting()).isEqualTo(waiting).contains("forget");
        pump.abandon(() -> told.add("closed"));
        assertThat(told).containsExactly("fenced", "closed");
    }

    /** A pump with one command under way and no job. */
    private Call underWay(String script) {
        switch (script) {
            case "keys" -> {
                pump.start(0);
                fetched(true, entry(1, "a"));
            }
            case "fail" -> {
                given(entry(1, "a"), entry(2, "a"));
                fail();
            }
            case "park" -> {
                begin(0);
                fetched(true, ofKey("a", 1, 128));
                fail();
                answer("fail", Verdict.DONE);
            }
            case "advance" -> {
                heldBefore(Map.of("a", Duration.ZERO));
                fetched(false);
            }
            case "suspect" -> {
                begin(1);
                fetched(false, entry(1, "a"));
            }
            case "attend" -> {
                heldBefore(Map.of("a", Duration.ofDays(1)));
                answerWith(instruction(5, "retry", "a"));
            }
            case "bury" -> given(entry(1, "a", new Attempts(3, 0, 0, 0)));
            case "promote" -> {
                begin(0);
                store.next("fetch").answer(new Fetch.Entries(List.of(), false, new Agenda(List.of(), LOOK)));
                loop.run();
                loop.tick(LOOK);
            }
            default -> throw new AssertionError(script);
        }
        return store.next(script);
    }

    private static Object done(String script) {
        return switch (script) {
            case "keys" -> new Page.Keys(Page.START, Map.of());
            case "park" -> Parking.DONE;
            case "advance" -> next(1, "a", Attempts.NONE);
            case "promote" -> new Promotion.Promoted(1, LOOK);
            case "attend" -> new Attended.Done(Duration.ZERO);
            default -> Verdict.DONE;
        };
    }

    private static Object fenced(String script) {
        return switch (script) {
            case "keys" -> new Page.Fenced();
            case "park" -> Parking.FENCED;
            case "advance" -> new Advance.Fenced();
            case "promote" -> new Promotion.Fenced();
            case "attend" -> new Attended.Fenced();
            default -> Verdict.FENCED;
        };
    }

    /** Job 1 of key a waits for a person, job 2 waits behind it, and job 3 of key b runs. */
    private void blocked() {
        pump = pump(128, 1 << 20, retry(1, WhenExhausted.HOLD_KEY, Duration.ZERO));
        given(entry(1, "a"), entry(2, "a"), entry(3, "b"));
        fail();
        Call fail = store.next("fail");
        assertThat(fail.argument(3, Failed.class)).isEqualTo(new Failed(1, 1, 1, null, "no"));
        fail.answer(Verdict.DONE);
        loop.run();
        work();
    }

    /** A fetch reads no jobs, only these requests. */
    private void told(Instruction... instructions) {
        ring(store.next("watch"));
        store.next("fetch").answer(new Fetch.Entries(List.of(), false, new Agenda(List.of(instructions), null)));
        loop.run();
    }

    private void answerWith(Instruction instruction, Entry... entries) {
        store.next("fetch")
                .answer(new Fetch.Entries(
                        List.of(entries), entries.length > 0, new Agenda(List.of(instruction), null)));
        loop.run();
    }

    private void heldBefore(Map<String, Duration> keys) {
        pump.start(0);
        answer("keys", new Page.Keys(Page.START, new HashMap<>(keys)));
    }

    private void fetched(boolean more, Entry... entries) {
        answerFetch(more, entries);
        work();
    }

    /** Confirms that the start of a job is on record. */
    private void suspected(int millis, int crashes) {
        Call suspect = store.next("suspect");
        assertThat(suspect.argument(1, JobPlace.class)).isEqualTo(JobPlace.inStream(new StreamId(millis, 0)));
        assertThat(suspect.argument(3, Attempts.class).crashed()).isEqualTo(crashes);
        suspect.answer(Verdict.DONE);
        loop.run();
        work();
    }

    private static RetrySettings retry(int attempts, WhenExhausted then, Duration jobTimeout) {
        return new RetrySettings(attempts, Duration.ZERO, BACKOFF, 1, BACKOFF, then, 5, jobTimeout);
    }

    private static Instruction instruction(int id, String verb, String key) {
        return new Instruction(new StreamId(id, 0), verb, key, "place-1");
    }

    private static Entry[] ofKey(String key, int first, int last) {
        return IntStream.rangeClosed(first, last).mapToObj(id -> entry(id, key)).toArray(Entry[]::new);
    }

    private static List<Long> longs(int first, int last) {
        return IntStream.rangeClosed(first, last).mapToObj(Long::valueOf).toList();
    }

    private static List<Long> parked(Call park) {
        List<Long> ids = new ArrayList<>();
        for (Object parked : park.argument(1, List.class)) {
            ids.add(((Parked) parked).job().streamId().millis());
        }
        return ids;
    }
}
