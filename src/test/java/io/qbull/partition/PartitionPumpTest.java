package io.qbull.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.PumpSettings;
import io.qbull.model.Attempts;
import io.qbull.model.Entry;
import io.qbull.model.Failure;
import io.qbull.model.JobPlace;
import io.qbull.model.LogCursor;
import io.qbull.model.StreamId;
import io.qbull.store.HeldJobs.Action;
import io.qbull.store.HeldJobs.Advance;
import io.qbull.store.HeldJobs.Attended;
import io.qbull.store.HeldJobs.Failed;
import io.qbull.store.HeldJobs.Page;
import io.qbull.store.HeldJobs.Parking;
import io.qbull.store.JobLog.Agenda;
import io.qbull.store.JobLog.Burial;
import io.qbull.store.JobLog.Fetch;
import io.qbull.store.JobLog.Instruction;
import io.qbull.store.JobLog.Verdict;
import io.qbull.store.WakeUps.Known;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.ManualEventLoop;
import io.qbull.testing.Retries;
import io.qbull.testing.ScriptedStore.Call;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PartitionPumpTest extends PumpTestSupport {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private int requests;

    @Test
    void jobs_run_one_after_another_in_stream_order() {
        given(1, 2, 3);
        assertThat(ids()).containsExactly(1L);
        complete(0);
        assertThat(ids()).containsExactly(1L, 2L);
        complete(1);
        complete(2);
        assertThat(ids()).containsExactly(1L, 2L, 3L);
    }

    @Test
    void nothing_is_committed_before_the_job_has_ended() {
        given(1, 2);
        loop.tick(Duration.ofMinutes(1));
        assertThat(store.waiting()).doesNotContain("commit");
    }

    @Test
    void finished_jobs_are_committed_together_after_the_interval() {
        given(1, 2, 3);
        complete(0);
        complete(1);
        assertThat(store.waiting()).doesNotContain("commit");
        loop.tick(INTERVAL);
        assertThat(committed(store.next("commit"))).containsExactly(1L, 2L);
    }

    @Test
    void the_last_job_is_committed_at_once() {
        given(1);
        complete(0);
        assertThat(committed(store.next("commit"))).containsExactly(1L);
        assertThat(pump.unfinished()).isEqualTo(1);
    }

    @Test
    void one_commit_is_under_way_at_a_time_and_the_rest_follows() {
        given(1, 2, 3);
        complete(0);
        loop.tick(INTERVAL);
        Call first = store.next("commit");
        complete(1);
        complete(2);
        loop.tick(INTERVAL);
        assertThat(store.waiting()).doesNotContain("commit");
        first.answer(Verdict.DONE);
        loop.run();
        assertThat(committed(store.next("commit"))).containsExactly(2L, 3L);
    }

    @Test
    void a_commit_without_answer_is_repeated_as_it_was() {
        given(1);
        complete(0);
        store.next("commit").loseReply();
        loop.tick(Duration.ofMillis(100));
        assertThat(committed(store.next("commit"))).containsExactly(1L);
        assertThat(told).contains("unanswered");
    }

    @Test
    void a_command_that_cannot_be_sent_is_repeated_like_one_without_an_answer() {
        store.failNext("keys");
        store.failNext("fetch");
        pump.start(0);
        assertThat(store.waiting()).isEmpty();
        loop.tick(Duration.ofMillis(100));
        answer("keys", new Page.Keys(Page.START, Map.of()));
        answerFetch(false, entries(1));
        work();
        store.failNext("commit");
        complete(0);
        assertThat(store.waiting()).doesNotContain("commit");
        pump.drain(() -> told.add("closed"));
        loop.tick(Duration.ofMillis(100));
        answer("commit", Verdict.DONE);
        assertThat(told).containsOnly("unanswered", "closed");
    }

    @Test
    void jobs_wait_when_too_many_results_are_uncommitted() {
        begin(0);
        answerFetch(true, entries(IntStream.rangeClosed(1, 128).toArray()));
        work();
        completeAllThatStart(128);
        answerFetch(true, entries(IntStream.rangeClosed(129, 256).toArray()));
        completeAllThatStart(256);
        answerFetch(true, entries(IntStream.rangeClosed(257, 384).toArray()));
        completeAllThatStart(384);
        assertThat(started).hasSize(PartitionPump.WINDOW);
    }

    @Test
    void no_job_starts_while_the_lease_is_not_trusted() {
        trusted = false;
        given(1);
        assertThat(started).isEmpty();
        trusted = true;
        pump.resume();
        work();
        assertThat(ids()).containsExactly(1L);
    }

    @Test
    void a_job_whose_thread_came_too_late_is_not_started_and_starts_when_trust_returns() {
        begin(0);
        answerFetch(false, entries(1));
        trusted = false;
        work();
        assertThat(started).isEmpty();
        assertThat(pump.unfinished()).isZero();
        trusted = true;
        pump.resume();
        work();
        assertThat(ids()).containsExactly(1L);
        assertThat(started.get(0).attempt()).isEqualTo(1);
    }

    @Test
    void a_failed_job_runs_again_in_its_place_after_the_pause() {
        given(1, 2);
        outcomes.get(0).failed(Failure.of("partner is down"));
        loop.run();
        Call fail = store.next("fail");
        assertThat(fail.argument(3, Failed.class)).isEqualTo(new Failed(1, 1, 1, BACKOFF, "partner is down"));
        fail.answer(Verdict.DONE);
        loop.tick(BACKOFF.minusMillis(1));
        work();
        assertThat(ids()).containsExactly(1L);
        loop.tick(Duration.ofMillis(1));
        answerAdvance(1, new Attempts(1, 0, 0, 0));
        assertThat(ids()).containsExactly(1L, 1L);
        assertThat(started.get(1).attempt()).isEqualTo(2);
        complete(1);
        assertThat(ids()).as("its key is held until Redis says that it is free").containsExactly(1L, 1L);
        store.next("advance").answer(new Advance.Free());
        loop.run();
        work();
        assertThat(ids()).containsExactly(1L, 1L, 2L);
    }

    @Test
    void a_failed_job_leaves_the_stream_only_when_the_finished_ones_before_it_have() {
        given(1, 2, 3);
        complete(0);
        loop.tick(INTERVAL);
        Call travelling = store.next("commit");
        complete(1);
        outcomes.get(2).failed(Failure.of("partner is down"));
        loop.run();
        assertThat(store.waiting()).doesNotContain("fail", "commit");
        travelling.answer(Verdict.DONE);
        loop.run();
        assertThat(store.waiting()).doesNotContain("fail");
        Call commit = store.next("commit");
        assertThat(committed(commit)).containsExactly(2L);
        commit.answer(Verdict.DONE);
        loop.run();
        store.next("fail");
    }

    @Test
    void a_hopeless_job_is_buried_only_after_the_finished_ones_before_it_are_committed() {
        given(entry(1, "key"), entry(2, "key", new Attempts(2, 0, 0, 0)));
        complete(0);
        outcomes.get(1).failed(Failure.of("still down"));
        loop.run();
        assertThat(store.waiting()).doesNotContain("bury");
        store.next("commit").answer(Verdict.DONE);
        loop.run();
        store.next("bury");
    }

    @Test
    void a_key_whose_pause_is_over_waits_until_the_parking_of_its_jobs_is_answered() {
        given(IntStream.rangeClosed(1, 40).toArray());
        outcomes.get(0).failed(Failure.of("partner is down"));
        loop.run();
        store.next("fail").answer(Verdict.DONE);
        loop.run();
        Call park = store.next("park");
        loop.tick(BACKOFF);
        assertThat(store.waiting()).doesNotContain("advance");
        park.answer(Parking.DONE);
        loop.run();
        store.next("advance");
    }

    @Test
    void the_first_job_of_a_key_that_was_held_when_the_owner_died_is_a_suspect() {
        start(1);
        store.next("keys").answer(new Page.Keys(Page.START, Map.of("key", Duration.ZERO)));
        loop.run();
        answerAdvance(1, new Attempts(1, 0, 0, 0));
        assertThat(ids()).isEmpty();
        assertThat(store.next("suspect").argument(1, JobPlace.class).held()).isEqualTo("place-1");
    }

    @Test
    void after_the_last_suspect_too_the_next_job_waits_until_its_commit_is_answered() {
        begin(1);
        answerFetch(false, entries(1, 2, 3));
        store.next("suspect").answer(Verdict.DONE);
        loop.run();
        work();
        complete(0);
        assertThat(ids()).containsExactly(1L);
        store.next("commit").answer(Verdict.DONE);
        loop.run();
        work();
        complete(1);
        assertThat(ids()).containsExactly(1L, 2L, 3L);
        assertThat(store.waiting()).doesNotContain("suspect");
    }

    @Test
    void a_hopeless_job_is_buried_and_the_next_one_runs_only_then() {
        given(entry(1, "key", new Attempts(2, 0, 0, 0)), entry(2, "key"));
        outcomes.get(0).failed(Failure.of("still down"));
        loop.run();
        work();
        assertThat(ids()).containsExactly(1L);
        Call bury = store.next("bury");
        assertThat(bury.argument(3, Burial.class)).isEqualTo(new Burial("still down", "", 3));
        bury.answer(Verdict.DONE);
        loop.run();
        work();
        assertThat(ids()).containsExactly(1L, 2L);
    }

    @Test
    void an_undecodable_entry_is_buried_with_its_reason() {
        given(new Entry.Undecodable(id(1), "no key", 10), entry(2, "key"));
        Call bury = store.next("bury");
        assertThat(bury.argument(3, Burial.class).reason()).isEqualTo("no key");
        bury.answer(Verdict.DONE);
        loop.run();
        work();
        assertThat(ids()).containsExactly(2L);
    }

    @Test
    void a_handler_that_throws_has_failed() {
        given(1);
        PartitionPump throwing = new PartitionPump(
                LEASE,
                new PumpSettings(1, 1, 1, INTERVAL, Retries.of(2, BACKOFF), PATIENCE, Duration.ZERO),
                new PumpContext(
                        store,
                        loop,
                        () -> 0,
                        new Told(),
                        turns,
                        new FailureLog(LEASE.partition().queue(), new ManualEventLoop()),
                        new FetchBudget(Long.MAX_VALUE)),
                new JobExecutor(
                        (delivery, outcome) -> {
                            throw new IllegalStateException("boom");
                        },
                        Runnable::run),
                new Recorder());
        throwing.start(0);
        answer("keys", new Page.Keys(Page.START, Map.of()));
        answerFetch(false, entries(5));
        assertThat(store.next("fail").argument(1, JobPlace.class)).isEqualTo(JobPlace.inStream(new StreamId(5, 0)));
    }

    @Test
    void only_the_first_outcome_of_a_run_counts() {
        given(1, 2);
        outcomes.get(0).completed();
        outcomes.get(0).failed(Failure.of("too late"));
        loop.run();
        work();
        assertThat(store.waiting()).doesNotContain("fail");
        assertThat(ids()).containsExactly(1L, 2L);
    }

    @Test
    void an_idle_pump_watches_and_fetches_when_woken() {
        given(1);
        complete(0);
        Call watch = store.next("watch");
        assertThat(watch.argument(1, Known.class)).isEqualTo(new Known(new StreamId(1, 0), StreamId.START));
        assertThat(store.waiting()).doesNotContain("fetch");
        watch.argument(2, Runnable.class).run();
        loop.run();
        assertThat(store.next("fetch").argument(1, LogCursor.class)).isEqualTo(LogCursor.own(new StreamId(1, 0)));
    }

    @Test
    void a_job_for_which_no_thread_could_be_had_starts_when_there_is_one() {
        shortage = new InternalError("no thread");
        given(1, 2);
        loop.tick(Duration.ofMillis(99));
        shortage = null;
        work();
        assertThat(ids()).as("not in a hot loop").isEmpty();
        loop.tick(Duration.ofMillis(1));
        work();
        assertThat(ids()).containsExactly(1L);
        complete(0);
        assertThat(ids()).containsExactly(1L, 2L);
    }

    @Test
    void a_job_that_no_worker_has_taken_is_given_back_when_the_pump_drains() {
        takesBack = true;
        begin(0);
        answerFetch(false, entries(1, 2));
        pump.drain(() -> told.add("drained"));
        assertThat(told).containsExactly("drained");
        work();
        assertThat(ids()).isEmpty();
        assertThat(pump.unfinished()).isZero();
    }

    @Test
    void a_job_that_no_worker_has_taken_is_given_back_when_the_lease_is_lost() {
        takesBack = true;
        begin(0);
        answerFetch(false, entries(1, 2));
        pump.abandon(() -> told.add("abandoned"));
        assertThat(told).containsExactly("abandoned");
        work();
        assertThat(ids()).isEmpty();
    }

    @Test
    void a_job_that_a_worker_has_taken_is_waited_for_by_a_drain() {
        takesBack = true;
        given(1, 2);
        pump.drain(() -> told.add("drained"));
        assertThat(told).isEmpty();
        assertThat(ids()).containsExactly(1L);
    }

    @Test
    void a_pump_whose_workers_are_shut_down_keeps_its_lease_and_says_so_once() {
        shortage = new RejectedExecutionException("shut down");
        try (CapturedLog log = new CapturedLog()) {
            given(1, 2);
            loop.tick(LIMIT);
            assertThat(told).as("Redis has refused nothing").isEmpty();
            assertThat(pump.unfinished()).isZero();
            assertThat(log.warnings())
                    .containsExactly(
                            LEASE + " job=j1 not started: its workers are shut down or full; trying every PT0.1S");
        }
        assertThat(standstill(pump, LIMIT.minusSeconds(1))).endsWith(": no thread could be had for its job");
        pump.drain(() -> told.add("drained"));
        assertThat(told).containsExactly("drained");
        assertThat(loop.untilNext()).as("no timer is left behind").isNull();
    }

    @Test
    void a_job_that_full_workers_turned_away_starts_when_they_take_it() {
        shortage = new RejectedExecutionException("full");
        given(1, 2);
        shortage = null;
        loop.tick(Duration.ofMillis(100));
        work();
        assertThat(ids()).containsExactly(1L);
        complete(0);
        assertThat(ids()).containsExactly(1L, 2L);
    }

    @Test
    void a_shortage_of_threads_is_named_although_a_commit_has_no_answer() {
        given(1, 2);
        shortage = new InternalError("no thread");
        complete(0);
        loop.tick(LIMIT.plusSeconds(1));
        assertThat(store.waiting()).contains("commit");
        assertThat(standstill(pump, LIMIT)).endsWith(": no thread could be had for its job");
    }

    @Test
    void a_drain_lets_the_job_in_flight_end_and_commits_it() {
        given(1, 2);
        pump.drain(() -> told.add("drained"));
        loop.run();
        assertThat(told).isEmpty();
        complete(0);
        assertThat(ids()).containsExactly(1L);
        assertThat(told).isEmpty();
        store.next("commit").answer(Verdict.DONE);
        loop.run();
        assertThat(told).containsExactly("drained");
        assertThat(pump.unfinished()).isZero();
    }

    @Test
    void a_drain_with_nothing_in_flight_ends_at_once() {
        begin(0);
        pump.drain(() -> told.add("drained"));
        loop.run();
        assertThat(told).containsExactly("drained");
    }

    @Test
    void a_failure_during_a_drain_is_recorded_and_not_repeated() {
        given(1);
        pump.drain(() -> told.add("drained"));
        outcomes.get(0).failed(Failure.of("down"));
        loop.run();
        store.next("fail").answer(Verdict.DONE);
        loop.tick(BACKOFF.multipliedBy(2));
        work();
        assertThat(told).containsExactly("drained");
        assertThat(ids()).containsExactly(1L);
    }

    @Test
    void a_fenced_commit_stops_everything() {
        given(1, 2, 3);
        complete(0);
        loop.tick(INTERVAL);
        store.next("commit").answer(Verdict.FENCED);
        loop.run();
        assertThat(told).containsExactly("fenced");
        complete(1);
        assertThat(ids()).containsExactly(1L, 2L);
        assertThat(store.waiting()).doesNotContain("commit");
    }

    @Test
    void an_abandoned_pump_ends_when_its_last_job_has_and_ignores_the_result() {
        given(1);
        pump.abandon(() -> told.add("abandoned"));
        loop.run();
        assertThat(told).isEmpty();
        complete(0);
        assertThat(told).containsExactly("abandoned");
        assertThat(store.waiting()).doesNotContain("commit");
    }

    @Test
    void a_fenced_fetch_is_reported_and_the_pump_can_still_be_abandoned() {
        begin(0);
        store.next("fetch").answer(new Fetch.Fenced());
        loop.run();
        pump.abandon(() -> told.add("abandoned"));
        assertThat(told).containsExactly("fenced", "abandoned");
    }

    @Test
    void the_drawn_moves_are_the_legal_ones() {
        assertThat(legalMoves())
                .containsExactly(
                        "LOADING>RUNNING",
                        "LOADING>DRAINING",
                        "LOADING>ABANDONED",
                        "RUNNING>DRAINING",
                        "RUNNING>ABANDONED",
                        "DRAINING>ABANDONED",
                        "DRAINING>CLOSED",
                        "ABANDONED>CLOSED");
    }

    @Test
    void the_package_comment_draws_the_legal_moves() throws IOException {
        Pattern arrow = Pattern.compile("([A-Z]+) ──.*──▶ ([A-Z]+)");
        List<String> drawn = Files.readAllLines(Path.of("src/main/java/io/qbull/partition/package-info.java")).stream()
                .map(arrow::matcher)
                .filter(Matcher::find)
                .map(found -> found.group(1) + ">" + found.group(2))
                .toList();
        assertThat(drawn).containsExactlyInAnyOrderElementsOf(legalMoves());
    }

    private static List<String> legalMoves() {
        List<String> moves = new ArrayList<>();
        for (PumpState from : PumpState.values()) {
            for (PumpState to : PumpState.values()) {
                if (from.mayBecome(to)) {
                    moves.add(from + ">" + to);
                }
            }
        }
        return moves;
    }

    @Test
    void a_request_for_a_key_whose_job_runs_is_carried_out_when_that_has_ended() {
        beginHeld(Duration.ZERO);
        answerFetch(false);
        answerAdvance(1, new Attempts(1, 0, 0, 0));
        ring(store.next("watch"));
        answerFetch(request("drop"));
        assertThat(ids()).containsExactly(1L);
        assertThat(store.waiting()).doesNotContain("attend");
        outcomes.get(0).failed(Failure.of("no"));
        loop.run();
        store.next("fail").answer(Verdict.DONE);
        loop.run();
        assertThat(store.next("attend").argument(2, Action.class)).isEqualTo(Action.DROP);
    }

    @Test
    void a_blocked_key_goes_on_when_asked_but_not_by_a_request_about_another_job() {
        beginHeld(null);
        answerFetch(request("drop"));
        store.next("attend").answer(new Attended.Done(null));
        loop.run();
        assertThat(store.waiting()).as("still blocked").doesNotContain("advance");

        ring(store.next("watch"));
        answerFetch(request("retry"));
        store.next("attend").answer(new Attended.Done(Duration.ZERO));
        loop.run();
        answerAdvance(1, Attempts.NONE);
        assertThat(ids()).containsExactly(1L);
    }

    @Test
    void a_job_that_runs_for_too_long_is_a_standstill() {
        given(1);
        loop.tick(LIMIT);
        assertThat(standstill(pump, LIMIT)).isEmpty();
        loop.tick(Duration.ofSeconds(1));
        assertThat(standstill(pump, LIMIT))
                .startsWith("has not moved for 1 min 1 s: job ")
                .contains(" has been running for ");
    }

    @Test
    void the_runs_and_pauses_of_one_job_are_one_standstill() {
        given(1, 2);
        loop.tick(LIMIT);
        outcomes.get(0).failed(Failure.of("no"));
        loop.run();
        assertThat(standstill(pump, LIMIT.minusSeconds(1)))
                .isEqualTo("has not moved for 1 min: Redis has not answered a command");
        store.next("fail").answer(Verdict.DONE);
        loop.run();
        assertThat(standstill(pump, LIMIT.minusSeconds(1)))
                .startsWith("has not moved for 1 min: key ")
                .endsWith(" (no), and runs again in 1 s")
                .contains(" is held after 1 failed attempt of job ");
        loop.tick(BACKOFF);
        answerAdvance(1, new Attempts(1, 0, 0, 0));
        assertThat(standstill(pump, LIMIT))
                .startsWith("has not moved for 1 min 1 s: job ")
                .contains(" has been running for ");
    }

    @Test
    void a_partition_without_known_jobs_whose_fetch_gets_no_answer_is_a_standstill() {
        begin(0);
        store.next("fetch").loseReply();
        loop.tick(LIMIT.plusSeconds(1));
        assertThat(standstill(pump, LIMIT)).endsWith(": Redis has not answered a command");
    }

    @Test
    void a_commit_without_answer_is_a_standstill() {
        given(1);
        complete(0);
        loop.tick(LIMIT.plusSeconds(1));
        assertThat(standstill(pump, LIMIT)).endsWith(": Redis has not answered a command");
        store.next("commit").answer(Verdict.DONE);
        loop.run();
        assertThat(standstill(pump, Duration.ZERO)).isEmpty();
    }

    @Test
    void a_job_that_waits_for_a_renewal_is_a_standstill() {
        trusted = false;
        given(1);
        loop.tick(LIMIT.plusSeconds(1));
        assertThat(standstill(pump, LIMIT)).endsWith(": its lease is not renewed");
    }

    @Test
    void a_partition_that_moves_however_slowly_is_no_standstill() {
        given(1, 2, 3);
        for (int index = 0; index < 3; index++) {
            loop.tick(LIMIT);
            assertThat(standstill(pump, LIMIT)).isEmpty();
            complete(index);
        }
    }

    @Test
    void an_idle_partition_is_no_standstill_and_its_next_job_starts_a_new_measure() {
        given(new int[0]);
        loop.tick(LIMIT.multipliedBy(10));
        assertThat(standstill(pump, LIMIT)).isEmpty();
        store.next("watch").argument(2, Runnable.class).run();
        loop.run();
        answerFetch(false, entries(1));
        work();
        loop.tick(LIMIT);
        assertThat(standstill(pump, LIMIT)).isEmpty();
    }

    @Test
    void a_lost_partition_is_no_standstill() {
        trusted = false;
        given(1);
        pump.abandon(() -> told.add("closed"));
        loop.tick(LIMIT.plusSeconds(1));
        assertThat(standstill(pump, LIMIT)).isEmpty();
    }

    /** Starts a pump of a partition in which one key is held. */
    private void beginHeld(@Nullable Duration pause) {
        pump.start(0);
        Map<String, @Nullable Duration> keys = new HashMap<>();
        keys.put("key", pause);
        answer("keys", new Page.Keys(Page.START, keys));
    }

    private void answerFetch(Instruction request) {
        store.next("fetch").answer(new Fetch.Entries(List.of(), false, new Agenda(List.of(request), null)));
        loop.run();
    }

    private Instruction request(String verb) {
        return new Instruction(new StreamId(++requests, 0), verb, "key", "place-1");
    }

    /** Answers that this is the first job of the held key. */
    private void answerAdvance(int streamMillis, Attempts attempts) {
        answer("advance", next(streamMillis, "key", attempts));
    }

    private void completeAllThatStart(int most) {
        for (int index = 0; index < Math.min(most, outcomes.size()); index++) {
            complete(index);
        }
    }
}
