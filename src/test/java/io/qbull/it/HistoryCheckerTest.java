package io.qbull.it;

import static io.qbull.it.HistoryBuilder.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.it.Event.Answer;
import io.qbull.it.Event.Kind;
import io.qbull.it.History.PodLife;
import io.qbull.it.Report.Repeats;
import io.qbull.it.Report.TakeOver;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each test breaks one guarantee on purpose; the checker must report that violation and no other. */
class HistoryCheckerTest {
    private int concurrency = 1;
    private final HistoryBuilder history = new HistoryBuilder();

    @Test
    void repeating_an_ordered_suffix_after_a_crash_is_allowed() {
        crash();

        Report report = check();

        assertThat(report.violations()).isEmpty();
        assertThat(report.accepted()).isEqualTo(4);
        assertThat(report.starts()).isEqualTo(6);
        assertThat(report.repeats())
                .singleElement()
                .returns(1, Repeats::inFlight)
                .returns(1, Repeats::uncommitted)
                .returns(2, Repeats::repeated);
        assertThat(report.table()).contains("kill -9 of a", "violations 0");
    }

    @Test
    void a_job_started_while_the_kill_signal_is_delivered_counts_as_in_flight() {
        history.accepted("k:0", 1).granted("a", 10).kill("a").start("a", 10, 1);
        history.granted("b", 20).runs("b", 20, 1).commit("b", 20, 1);

        Report report = check();

        assertThat(report.violations()).isEmpty();
        assertThat(report.repeats())
                .singleElement()
                .returns(1, Repeats::inFlight)
                .returns(1, Repeats::repeated);
    }

    @Test
    void a_pod_lived_until_its_latest_step_wherever_that_stands_in_the_log() {
        List<Event> events = List.of(new Event.Up(1), new Event.Up(9), new Event.Up(5));

        assertThat(new PodLife("a", events, 3).endedAt()).isEqualTo(9);
        assertThat(new PodLife("a", events, 12).endedAt()).isEqualTo(12);
        assertThat(new PodLife("a", events, History.NEVER).endedAt()).isEqualTo(History.NEVER);
    }

    @Test
    void take_over_is_timed_from_the_kill() {
        history.accepted("k:0", 1).granted("a", 10).fetch("a", 10, Answer.DONE).kill("a");
        long killed = history.now() - 1;
        history.pass(5_000_000).granted("b", 20).fetch("b", 20, Answer.DONE);
        long fetched = history.now() - 1;
        history.start("b", 20, 1).end("b", 20, 1).commit("b", 20, 1);

        assertThat(check().takeOvers())
                .containsExactly(new TakeOver("a", 0, new Span(killed, fetched), new Span(killed, fetched + 1)));
    }

    @Test
    void a_released_lease_needs_no_take_over() {
        history.granted("a", 10).released("a", 10).kill("a").granted("b", 20);

        assertThat(check().takeOvers()).isEmpty();
    }

    @Test
    void a_hand_over_is_timed_from_the_last_end_of_a_job() {
        history.accepted("k:0", 1).granted("a", 10).runs("a", 10, 1);
        long ended = history.now() - 1;
        history.pass(3_000_000).released("a", 10).granted("b", 20).fetch("b", 20, Answer.DONE);

        assertThat(check().handOvers()).containsExactly(new Span(ended, history.now() - 1));
    }

    @Test
    void an_accepted_job_that_is_nowhere_is_lost() {
        history.accepted("k:0", 1);

        assertViolations(Violation.Kind.LOST);
    }

    @Test
    void a_job_that_started_and_vanished_is_lost() {
        history.accepted("k:0", 1).granted("a", 10).start("a", 10, 1).fail("a", 10, 1);

        assertViolations(Violation.Kind.LOST);
    }

    @Test
    void dead_and_waiting_jobs_are_not_lost() {
        history.accepted("k:0", 1).accepted("m:0", 2);
        history.granted("a", 10)
                .start("a", 10, 1)
                .fail("a", 10, 1)
                .send("a", 10, Kind.BURIAL, 1)
                .answer("a", Answer.DONE);
        history.dead("k:0").remains("m:0", 2);

        assertViolations();
    }

    @Test
    void a_job_with_two_entries_was_added_twice() {
        history.accepted("k:0", 1).granted("a", 10).runs("a", 10, 1).commit("a", 10, 1);
        history.remains("k:0", 2);

        assertViolations(Violation.Kind.ADDED_TWICE);
    }

    @Test
    void a_refused_job_must_not_run() {
        history.refused("k:0").unknown("m:0", 2).remains("m:0", 2).remains("k:0", 3);

        assertViolations(Violation.Kind.REFUSED_BUT_ADDED);
        assertThat(check().unknownAdded()).isOne();
    }

    @Test
    void a_commit_before_the_end_of_the_work_is_detected() {
        history.accepted("k:0", 1)
                .granted("a", 10)
                .start("a", 10, 1)
                .commit("a", 10, 1)
                .end("a", 10, 1);

        assertViolations(Violation.Kind.COMMITTED_BEFORE_DONE);
    }

    @Test
    void a_burial_of_a_job_that_did_not_fail_is_detected() {
        history.accepted("k:0", 1)
                .granted("a", 10)
                .runs("a", 10, 1)
                .send("a", 10, Kind.BURIAL, 1)
                .answer("a", Answer.DONE);

        assertViolations(Violation.Kind.BURIED_WITHOUT_FAILURE);
    }

    @Test
    void entries_of_a_key_out_of_order_are_detected() {
        history.accepted("k:0", 2).accepted("k:1", 1).granted("a", 10);
        history.remains("k:0", 2).remains("k:1", 1);

        assertViolations(Violation.Kind.ADDED_OUT_OF_ORDER);
    }

    @Test
    void a_first_start_out_of_order_is_detected() {
        history.accepted("k:0", 1).accepted("k:1", 2).granted("a", 10);
        history.send("a", 10, Kind.COMMIT, 1).answer("a", Answer.UNKNOWN);
        history.runs("a", 10, 2).granted("a", 11).runs("a", 11, 1);

        assertThat(kinds())
                .contains(Violation.Kind.FIRST_START_OUT_OF_ORDER)
                .doesNotContain(Violation.Kind.STARTED_TOO_EARLY);
    }

    @Test
    void a_start_before_the_previous_job_of_its_key_is_done_is_detected() {
        history.accepted("k:0", 1).accepted("k:1", 2).granted("a", 10);
        history.start("a", 10, 1).fail("a", 10, 1).runs("a", 10, 2).commit("a", 10, 2);
        history.remains("k:0", 1);

        assertViolations(Violation.Kind.STARTED_TOO_EARLY);
    }

    @Test
    void work_done_under_another_lease_counts_only_when_committed() {
        history.accepted("k:0", 1).accepted("k:1", 2);
        history.granted("a", 10).runs("a", 10, 1).kill("a");
        history.granted("b", 20).runs("b", 20, 2).commit("b", 20, 2);
        history.remains("k:0", 1);

        assertThat(kinds()).contains(Violation.Kind.STARTED_TOO_EARLY);
    }

    @Test
    void work_done_under_another_lease_counts_if_its_commit_may_have_run() {
        history.accepted("k:0", 1).accepted("k:1", 2);
        history.granted("a", 10).runs("a", 10, 1).send("a", 10, Kind.COMMIT, 1).kill("a");
        history.granted("b", 20).runs("b", 20, 2).commit("b", 20, 2);

        assertViolations();
    }

    @Test
    void a_fenced_commit_removes_nothing() {
        history.accepted("k:0", 1).accepted("k:1", 2);
        history.granted("a", 10).runs("a", 10, 1).send("a", 10, Kind.COMMIT, 1).answer("a", Answer.FENCED);
        history.kill("a").granted("b", 20).runs("b", 20, 2).commit("b", 20, 2);

        assertThat(kinds()).contains(Violation.Kind.STARTED_TOO_EARLY);
        assertThat(check().fenced()).isOne();
    }

    @Test
    void a_skipped_job_of_another_key_is_detected() {
        history.accepted("k:0", 1).accepted("m:0", 2).granted("a", 10);
        history.runs("a", 10, 2).commit("a", 10, 2).remains("k:0", 1);

        assertViolations(Violation.Kind.STARTED_TOO_EARLY);
    }

    @Test
    void a_key_that_waits_for_a_retry_lets_other_keys_run() {
        history.accepted("k:0", 1)
                .accepted("m:0", 2)
                .accepted("k:1", 3)
                .accepted("m:1", 4)
                .granted("a", 10);
        history.start("a", 10, 1).fail("a", 10, 1).move("a", 10, 1);
        history.runs("a", 10, 2).move("a", 10, 3).runs("a", 10, 4).commit("a", 10, 2, 4);
        history.start("a", 10, 1, 2).end("a", 10, 1).commit("a", 10, 1);
        history.runs("a", 10, 3).commit("a", 10, 3);

        assertViolations();
    }

    @Test
    void a_held_job_may_run_before_every_job_in_the_stream() {
        history.accepted("k:0", 1).accepted("m:0", 2).accepted("k:1", 3).granted("a", 10);
        history.start("a", 10, 1)
                .fail("a", 10, 1)
                .move("a", 10, 1)
                .move("a", 10, 3)
                .released("a", 10);
        history.granted("b", 20)
                .start("b", 20, 1, 2)
                .end("b", 20, 1)
                .runs("b", 20, 3, 2)
                .commit("b", 20, 1, 3, 2);

        assertViolations();
    }

    @Test
    void a_skipped_job_whose_key_never_failed_is_detected_even_if_another_key_waits() {
        history.accepted("k:0", 1).accepted("n:0", 2).accepted("m:0", 3).granted("a", 10);
        history.start("a", 10, 1).fail("a", 10, 1).move("a", 10, 1);
        history.runs("a", 10, 3).commit("a", 10, 3).remains("k:0", 1).remains("n:0", 2);

        assertViolations(Violation.Kind.STARTED_TOO_EARLY);
    }

    @Test
    void a_job_that_waits_with_its_key_must_not_overtake_the_failed_one() {
        history.accepted("k:0", 1).accepted("k:1", 2).granted("a", 10);
        history.start("a", 10, 1).fail("a", 10, 1).move("a", 10, 1).move("a", 10, 2);
        history.runs("a", 10, 2).commit("a", 10, 2).remains("k:0", 1);

        assertViolations(Violation.Kind.STARTED_TOO_EARLY);
    }

    @Test
    void a_finished_job_repeated_after_a_retry_of_its_key_is_not_a_suffix() {
        history.accepted("k:0", 1).accepted("k:1", 2).granted("a", 10).runs("a", 10, 1);
        history.start("a", 10, 2).fail("a", 10, 2).move("a", 10, 2).kill("a");
        history.granted("b", 20).start("b", 20, 2, 2).end("b", 20, 2).commit("b", 20, 2);
        history.runs("b", 20, 1).commit("b", 20, 1);

        assertThat(kinds()).contains(Violation.Kind.REPEAT_IS_NO_SUFFIX);
    }

    @Test
    void going_back_in_the_stream_under_one_lease_is_detected() {
        history.accepted("k:0", 1).accepted("m:0", 2).granted("a", 10);
        history.send("a", 10, Kind.COMMIT, 1).runs("a", 10, 2, 1);

        assertThat(kinds()).contains(Violation.Kind.STARTED_TOO_EARLY);
    }

    @Test
    void two_jobs_of_a_partition_at_a_time_are_detected() {
        history.accepted("k:0", 1).accepted("m:0", 2).granted("a", 10).start("a", 10, 1);
        history.start("a", 10, 2).end("a", 10, 1).end("a", 10, 2).commit("a", 10, 1, 2);

        assertThat(kinds()).contains(Violation.Kind.OVERLAP);
    }

    @Test
    void different_keys_may_overlap_up_to_the_concurrency() {
        concurrency = 2;
        history.accepted("k:0", 1)
                .accepted("m:0", 2)
                .granted("a", 10)
                .start("a", 10, 2)
                .start("a", 10, 1);
        history.end("a", 10, 1).end("a", 10, 2).commit("a", 10, 1, 2);

        assertThat(kinds()).isEmpty();
    }

    @Test
    void more_keys_than_the_concurrency_may_not_overlap() {
        concurrency = 2;
        history.accepted("k:0", 1).accepted("m:0", 2).accepted("n:0", 3).granted("a", 10);
        history.start("a", 10, 1).start("a", 10, 2).start("a", 10, 3);
        history.end("a", 10, 1).end("a", 10, 2).end("a", 10, 3).commit("a", 10, 1, 2, 3);

        assertThat(kinds()).containsExactly(Violation.Kind.OVERLAP);
    }

    @Test
    void jobs_of_one_key_may_not_overlap_whatever_the_concurrency() {
        concurrency = 4;
        history.accepted("k:0", 1)
                .accepted("k:1", 2)
                .granted("a", 10)
                .start("a", 10, 1)
                .start("a", 10, 2);
        history.end("a", 10, 1).end("a", 10, 2).commit("a", 10, 1, 2);

        assertThat(kinds()).contains(Violation.Kind.OVERLAP);
    }

    @Test
    void a_repeat_after_a_committed_job_of_its_key_is_not_a_suffix() {
        history.accepted("k:0", 1).accepted("k:1", 2);
        history.granted("a", 10).runs("a", 10, 1, 2).commit("a", 10, 2).kill("a");
        history.granted("b", 20).runs("b", 20, 1).commit("b", 20, 1);

        assertViolations(Violation.Kind.REPEAT_IS_NO_SUFFIX);
    }

    @Test
    void a_start_after_the_commit_is_a_revival() {
        history.accepted("k:0", 1);
        history.granted("a", 10).runs("a", 10, 1).commit("a", 10, 1).kill("a");
        history.granted("b", 20).runs("b", 20, 1).commit("b", 20, 1);

        assertThat(kinds()).containsExactlyInAnyOrder(Violation.Kind.REVIVED, Violation.Kind.UNEXPLAINED_REPEAT);
    }

    @Test
    void a_repeat_after_a_clean_hand_over_is_unexplained() {
        history.accepted("k:0", 1);
        history.granted("a", 10).runs("a", 10, 1).released("a", 10);
        history.granted("b", 20).runs("b", 20, 1).commit("b", 20, 1);

        assertViolations(Violation.Kind.UNEXPLAINED_REPEAT);
    }

    @Test
    void a_repeat_under_the_same_lease_is_unexplained_even_after_a_disruption() {
        history.accepted("k:0", 1);
        history.granted("a", 10).runs("a", 10, 1, 1).commit("a", 10, 1);

        assertThat(kinds(new Disruption("outage", null, 0, Long.MAX_VALUE)))
                .containsExactly(Violation.Kind.UNEXPLAINED_REPEAT);
    }

    @Test
    void a_disruption_excuses_runs_that_were_open_while_it_lasted() {
        history.accepted("k:0", 1);
        history.granted("a", 10).start("a", 10, 1);
        long from = history.now();
        history.end("a", 10, 1)
                .send("a", 10, Kind.COMMIT, 1)
                .answer("a", Answer.UNKNOWN)
                .released("a", 10);
        history.granted("a", 20).runs("a", 20, 1).commit("a", 20, 1);

        assertThat(kinds(new Disruption("outage", null, from, history.now()))).isEmpty();
        assertThat(kinds(new Disruption("too early", null, 0, 1))).containsExactly(Violation.Kind.UNEXPLAINED_REPEAT);
        assertThat(kinds(new Disruption("not here", "b", from, history.now())))
                .containsExactly(Violation.Kind.UNEXPLAINED_REPEAT);
    }

    @Test
    void a_retry_after_a_failure_is_not_a_repeat() {
        history.accepted("k:0", 1).granted("a", 10).start("a", 10, 1).fail("a", 10, 1);
        history.runs("a", 10, 1).commit("a", 10, 1);

        assertViolations();
    }

    @Test
    void a_retry_by_an_owner_that_knows_of_the_failure_is_not_a_repeat() {
        retryBy("b", 2);

        assertViolations();
    }

    @Test
    void a_retry_by_an_owner_that_does_not_know_of_the_failure_is_a_repeat() {
        retryBy("b", 1);

        assertViolations(Violation.Kind.UNEXPLAINED_REPEAT);
    }

    @Test
    void a_recorded_failure_survives_a_kill() {
        history.accepted("k:0", 1)
                .granted("a", 10)
                .start("a", 10, 1)
                .fail("a", 10, 1)
                .move("a", 10, 1)
                .kill("a");
        history.granted("b", 20).runs("b", 20, 1).commit("b", 20, 1);

        assertViolations(Violation.Kind.UNEXPLAINED_REPEAT);
    }

    @Test
    void a_job_that_crashed_its_process_may_be_buried_without_a_failure() {
        history.accepted("k:0", 1).granted("a", 10).start("a", 10, 1).kill("a");
        history.granted("b", 20)
                .send("b", 20, Kind.BURIAL, 1)
                .answer("b", Answer.DONE)
                .dead("k:0");

        assertViolations();
    }

    @Test
    void a_move_of_an_old_epoch_accepted_after_a_newer_one_is_detected() {
        history.accepted("k:0", 1).granted("a", 10).start("a", 10, 1).fail("a", 10, 1);
        history.granted("b", 20).move("a", 10, 1).remains("k:0", 1);

        assertViolations(Violation.Kind.STALE_OWNER_ACCEPTED);
    }

    @Test
    void a_commit_of_an_old_epoch_accepted_after_a_newer_one_is_detected() {
        history.accepted("k:0", 1).granted("a", 10).runs("a", 10, 1);
        history.granted("b", 20).commit("a", 10, 1);

        assertViolations(Violation.Kind.STALE_OWNER_ACCEPTED);
    }

    @Test
    void a_fetch_of_an_old_epoch_accepted_after_a_newer_commit_is_detected() {
        history.accepted("k:0", 1)
                .granted("a", 10)
                .granted("b", 20)
                .runs("b", 20, 1)
                .commit("b", 20, 1);
        history.fetch("a", 10, Answer.DONE).fetch("a", 10, Answer.FENCED);

        assertViolations(Violation.Kind.STALE_OWNER_ACCEPTED);
        assertThat(check().fenced()).isOne();
    }

    @Test
    void a_late_grant_of_a_lower_epoch_is_seen() {
        history.granted("a", 10).granted("b", 9);

        assertViolations(Violation.Kind.STALE_OWNER_ACCEPTED);
    }

    @Test
    void a_lease_used_by_two_pods_is_seen() {
        history.granted("a", 10).fetch("b", 10, Answer.DONE);

        assertViolations(Violation.Kind.LEASE_SHARED);
    }

    @Test
    void a_start_under_a_lease_with_a_successor_is_counted() {
        history.accepted("k:0", 1)
                .granted("a", 10)
                .granted("b", 20)
                .runs("b", 20, 1)
                .commit("b", 20, 1);
        history.start("a", 10, 1);

        Report report = HistoryChecker.check(
                history.build(), concurrency, List.of(new Disruption("freeze", "a", 0, history.now())));

        assertThat(report.staleStarts()).isOne();
        assertThat(report.violations()).isEmpty();
        assertThat(kinds(new Disruption("another", "b", 0, 1))).containsExactly(Violation.Kind.UNEXPLAINED_REPEAT);
    }

    @Test
    void redis_itself_tells_of_a_removal_under_a_foreign_epoch() {
        History written = crash().build();
        AofHistory good = aof("10", "1", "20", "2", "3", "4");
        AofHistory late = aof("10", "20", "1", "2", "3", "4");
        AofHistory back = aof("20", "10", "1", "20", "2", "3", "4");
        List<Violation> violations = new ArrayList<>();

        assertThat(good.compare(written, violations::add)).isEqualTo(4);
        assertThat(violations).isEmpty();
        late.compare(written, violations::add);
        assertThat(violations).extracting(Violation::kind).containsExactly(Violation.Kind.STALE_OWNER_ACCEPTED);
        violations.clear();
        back.compare(written, violations::add);
        assertThat(violations).extracting(Violation::kind).containsExactly(Violation.Kind.STALE_OWNER_ACCEPTED);
    }

    @Test
    void redis_itself_tells_of_a_move_under_a_foreign_epoch() {
        history.accepted("k:0", 1)
                .granted("a", 10)
                .start("a", 10, 1)
                .fail("a", 10, 1)
                .move("a", 10, 1);
        History written = history.granted("b", 20).build();
        List<Violation> violations = new ArrayList<>();

        aof("10", "1", "20").compare(written, violations::add);
        assertThat(violations).isEmpty();
        aof("10", "20", "1").compare(written, violations::add);
        assertThat(violations).extracting(Violation::kind).containsExactly(Violation.Kind.STALE_OWNER_ACCEPTED);
    }

    /** Words of two digits set the epoch, of one digit remove an entry. */
    private static AofHistory aof(String... words) {
        AofHistory aof = new AofHistory("Q");
        for (String word : words) {
            aof.apply(
                    word.length() == 2
                            ? List.of("HSET", "{Q:0}:lease", "owner", "x", "epoch", word)
                            : List.of("XDEL", "Q:0", id(Integer.parseInt(word)).toString()));
        }
        return aof;
    }

    /** A failed run, and after a clean hand-over the next. */
    private void retryBy(String pod, int attempt) {
        history.accepted("k:0", 1)
                .granted("a", 10)
                .start("a", 10, 1)
                .fail("a", 10, 1)
                .move("a", 10, 1);
        history.released("a", 10)
                .granted(pod, 20)
                .start(pod, 20, 1, attempt)
                .end(pod, 20, 1)
                .commit(pod, 20, 1);
    }

    private HistoryBuilder crash() {
        history.accepted("k:0", 1).accepted("m:0", 2).accepted("k:1", 3).accepted("k:2", 4);
        history.granted("a", 10).fetch("a", 10, Answer.DONE);
        history.runs("a", 10, 1)
                .commit("a", 10, 1)
                .runs("a", 10, 2)
                .start("a", 10, 3)
                .kill("a");
        history.granted("b", 20).fetch("b", 20, Answer.DONE);
        return history.runs("b", 20, 2, 3, 4).commit("b", 20, 2, 3, 4);
    }

    private Report check() {
        return HistoryChecker.check(history.build(), concurrency, List.of());
    }

    private List<Violation.Kind> kinds(Disruption... excuses) {
        return HistoryChecker.check(
                        history.build(), concurrency, Stream.of(excuses).toList())
                .violations()
                .stream()
                .map(Violation::kind)
                .toList();
    }

    private void assertViolations(Violation.Kind... expected) {
        assertThat(check().violations()).extracting(Violation::kind).containsExactlyInAnyOrder(expected);
    }
}
