package io.qbull.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.PumpSettings;
import io.qbull.model.Attempts;
import io.qbull.model.Delivery;
import io.qbull.model.Entry;
import io.qbull.model.Failure;
import io.qbull.model.JobHandler;
import io.qbull.store.HeldJobs.Failed;
import io.qbull.store.HeldJobs.Page;
import io.qbull.store.JobLog.Agenda;
import io.qbull.store.JobLog.Fetch;
import io.qbull.store.JobLog.Verdict;
import io.qbull.testing.ManualEventLoop;
import io.qbull.testing.Retries;
import io.qbull.testing.ScriptedStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** Crash suspects of two pumps in one process. */
class SuspectPumpTest extends PumpTestSupport {
    private static final Duration MOMENT = Duration.ofMillis(1);

    private final Neighbour neighbour = new Neighbour();

    /** Another pump of the process, on a store of its own. */
    private final class Neighbour {
        final ScriptedStore store = new ScriptedStore();
        final List<Delivery> started = new ArrayList<>();
        final List<JobHandler.Outcome> outcomes = new ArrayList<>();
        final PartitionPump pump = new PartitionPump(
                LEASE,
                new PumpSettings(1, 128, 1 << 20, INTERVAL, Retries.of(3, BACKOFF), PATIENCE, Duration.ofSeconds(30)),
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
                            started.add(delivery);
                            outcomes.add(outcome);
                        },
                        Runnable::run),
                new Recorder());

        void begin(Entry... entries) {
            pump.start(entries.length);
            if (entries.length > 0) {
                answer("fetch", new Fetch.Entries(List.of(), false, Agenda.EMPTY));
            }
            answer("keys", new Page.Keys(Page.START, Map.of()));
            answer("fetch", new Fetch.Entries(List.of(entries), false, Agenda.EMPTY));
        }

        void answer(String call, Object answer) {
            store.next(call).answer(answer);
            loop.run();
        }

        void complete() {
            outcomes.get(outcomes.size() - 1).completed();
            loop.run();
        }
    }

    /** Starts both pumps after a crash; the neighbour asks for the turn second. */
    private void both() {
        begin(2);
        answerFetch(false, entry(1, "a"), entry(2, "b"));
        neighbour.begin(entry(11, "c"), entry(12, "d"));
    }

    @Test
    void the_suspects_of_another_partition_wait_until_the_end_of_one_is_on_record() {
        both();
        assertThat(recorded()).isEqualTo(new Attempts(0, 1, 0, 1));
        complete(0);
        assertThat(neighbour.store.waiting()).as("not on record").doesNotContain("suspect");
        answer("commit", Verdict.DONE);
        assertThat(store.waiting()).as("the turns alternate").doesNotContain("suspect");
        assertThat(neighbour.store.next("suspect").argument(3, Attempts.class)).isEqualTo(new Attempts(0, 1, 0, 1));
        loop.tick(Duration.ofSeconds(5));
        assertThat(standstill(neighbour.pump, MOMENT)).contains("Redis has not answered a command");
        assertThat(standstill(pump, MOMENT))
                .contains("job j11 of key c in partition WHATSAPP:3, which may have crashed a process, runs first");
    }

    @Test
    void a_suspect_that_runs_beyond_its_patience_is_not_counted_and_lets_others_start_uncounted() {
        both();
        recorded();
        loop.tick(PATIENCE.minus(MOMENT));
        assertThat(store.waiting()).doesNotContain("suspect");
        loop.tick(MOMENT);
        assertThat(neighbour.store.waiting()).as("not on record").doesNotContain("suspect");
        assertThat(recorded()).as("its patience doubles").isEqualTo(new Attempts(0, 0, 1, 2));
        assertThat(neighbour.store.next("suspect").argument(3, Attempts.class))
                .as("is not alone")
                .isEqualTo(new Attempts(0, 0, 1, 1));
        assertThat(started).hasSize(1);
        fail();
        assertThat(store.next("fail").argument(3, Failed.class).change()).isEqualTo(3);
    }

    @Test
    void patience_doubles_with_each_crash_that_counts_against_nobody() {
        begin(1);
        answerFetch(false, entry(1, "a", new Attempts(0, 0, 2, 4)));
        assertThat(recorded()).isEqualTo(new Attempts(0, 1, 2, 5));
        loop.tick(PATIENCE.multipliedBy(4).minus(MOMENT));
        assertThat(store.waiting()).doesNotContain("suspect");
        loop.tick(MOMENT);
        assertThat(recorded()).isEqualTo(new Attempts(0, 0, 3, 6));
    }

    @Test
    void a_failure_while_the_crash_is_being_taken_back_is_the_later_change() {
        begin(1);
        answerFetch(false, entry(1, "a"));
        recorded();
        loop.tick(PATIENCE);
        fail();
        assertThat(store.next("suspect").argument(3, Attempts.class).change()).isEqualTo(2);
        assertThat(store.next("fail").argument(3, Failed.class).change()).isEqualTo(3);
    }

    @Test
    void redis_that_does_not_answer_keeps_the_suspects_of_another_partition_waiting_for_twice_the_patience() {
        both();
        recorded();
        loop.tick(PATIENCE.multipliedBy(2).minus(MOMENT));
        assertThat(neighbour.store.waiting()).doesNotContain("suspect");
        loop.tick(MOMENT);
        assertThat(neighbour.store.next("suspect").argument(3, Attempts.class).crashed())
                .as("is not alone")
                .isZero();
    }

    @Test
    void a_start_that_no_worker_took_is_taken_back_and_lets_others_go_first() {
        shortage = new RejectedExecutionException("full");
        begin(1);
        answerFetch(false, entry(1, "a"));
        neighbour.begin(entry(11, "b"));
        assertThat(recorded()).isEqualTo(new Attempts(0, 1, 0, 1));
        assertThat(recorded()).as("taken back").isEqualTo(new Attempts(0, 0, 0, 2));
        shortage = null;
        neighbour.answer("suspect", Verdict.DONE);
        neighbour.complete();
        neighbour.answer("commit", Verdict.DONE);
        loop.tick(Duration.ofMillis(100));
        assertThat(recorded()).isEqualTo(new Attempts(0, 1, 0, 3));
        assertThat(ids()).containsExactly(1L);
    }

    @Test
    void a_suspect_whose_lease_is_lost_keeps_the_turn_until_it_ends() {
        both();
        recorded();
        pump.abandon(() -> told.add("closed"));
        loop.run();
        assertThat(neighbour.store.waiting()).doesNotContain("suspect");
        outcomes.get(0).failed(Failure.of("late"));
        loop.run();
        assertThat(neighbour.store.next("suspect").argument(3, Attempts.class)).isEqualTo(new Attempts(0, 1, 0, 1));
        assertThat(told).contains("closed");
    }

    @Test
    void a_lease_that_is_lost_while_a_start_is_being_recorded_keeps_nobody_waiting() {
        both();
        assertThat(store.waiting()).contains("suspect");
        pump.abandon(() -> {});
        loop.run();
        assertThat(neighbour.store.next("suspect").argument(3, Attempts.class)).isEqualTo(new Attempts(0, 1, 0, 1));
    }

    @Test
    void suspects_that_have_not_run_are_left_to_the_next_owner() {
        begin(257);
        answerFetch(true, entry(1, "a"), entry(2, "b"), entry(3, "c"));
        recorded();
        pump.drain(() -> told.add("drained"));
        complete(0);
        answer("commit", Verdict.DONE);
        assertThat(told).contains("drained");
        assertThat(pump.suspectsLeft())
                .as("two that are known and those behind them")
                .isEqualTo(256);
    }

    @Test
    void held_suspects_and_those_that_stand_behind_a_held_key_are_left_to_the_next_owner() {
        start(2);
        answer("keys", new Page.Keys(Page.START, Map.of("a", Duration.ofDays(1))));
        answerFetch(false, entry(1, "b"), entry(2, "a"), entry(3, "b"));
        recorded();
        pump.drain(() -> {});
        complete(0);
        answer("commit", Verdict.DONE);
        assertThat(pump.suspectsLeft()).isEqualTo(1);
    }

    @Test
    void a_pump_that_has_run_all_suspects_leaves_none() {
        begin(1);
        answerFetch(false, entry(1, "a"), entry(2, "b"));
        recorded();
        complete(0);
        answer("commit", Verdict.DONE);
        pump.drain(() -> {});
        complete(1);
        answer("commit", Verdict.DONE);
        assertThat(pump.suspectsLeft()).isZero();
    }

    @Test
    void a_suspect_that_is_paused_while_its_start_is_recorded_is_not_started_and_keeps_nobody_waiting() {
        both();
        ScriptedStore.Call record = store.next("suspect");
        pump.pause(false, Set.of("a", "b"));
        answer(record, Verdict.DONE);
        assertThat(recorded()).as("taken back").isEqualTo(new Attempts(0, 0, 0, 2));
        neighbour.answer("suspect", Verdict.DONE);
        neighbour.complete();
        neighbour.answer("commit", Verdict.DONE);
        neighbour.answer("suspect", Verdict.DONE);
        assertThat(neighbour.started).hasSize(2);
        assertThat(started).isEmpty();
        pump.pause(false, Set.of());
        neighbour.complete();
        neighbour.answer("commit", Verdict.DONE);
        assertThat(recorded()).isEqualTo(new Attempts(0, 1, 0, 3));
        assertThat(ids()).containsExactly(1L);
    }

    @Test
    void a_paused_partition_whose_turn_comes_passes_it_on() {
        both();
        recorded();
        neighbour.pump.pause(true, Set.of());
        complete(0);
        answer("commit", Verdict.DONE);
        assertThat(recorded()).isEqualTo(new Attempts(0, 1, 0, 1));
        assertThat(ids()).containsExactly(1L, 2L);
        assertThat(neighbour.started).isEmpty();
    }

    /** Answers the next record of a suspect. */
    private Attempts recorded() {
        ScriptedStore.Call suspect = store.next("suspect");
        Attempts known = suspect.argument(3, Attempts.class);
        answer(suspect, Verdict.DONE);
        return known;
    }
}
