package io.qbull.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Attempts;
import io.qbull.model.Entry;
import io.qbull.model.LogCursor;
import io.qbull.model.PartitionStage;
import io.qbull.model.SealState;
import io.qbull.model.StreamId;
import io.qbull.store.DelayedJobs.Promotion;
import io.qbull.store.HeldJobs.Page;
import io.qbull.store.HeldJobs.Parking;
import io.qbull.store.JobLog.Agenda;
import io.qbull.store.JobLog.Fetch;
import io.qbull.store.JobLog.Instruction;
import io.qbull.store.JobLog.Verdict;
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

/** What a pump does while its partition is sealed for version 2, in which the keys that begin with x leave. */
class ResizePumpTest extends PumpTestSupport {
    private static final PartitionStage BEFORE = new PartitionStage(new SealState(1, true), 1, 0);
    private static final PartitionStage SEALED = new PartitionStage(new SealState(2, false), 1, 0);
    private static final PartitionStage STARTED = new PartitionStage(new SealState(2, true), 2, 2);

    @Test
    void nothing_is_done_before_the_stage_is_known() {
        pump.start(0);
        answer("keys", new Page.Keys(Page.START, Map.of("a", Duration.ZERO)));
        assertThat(store.waiting()).doesNotContain("advance");
        answerFetch(BEFORE, entry(2, "b"));
        assertThat(ids()).containsExactly(2L);
        assertThat(store.waiting()).contains("advance");
        assertThat(told).isEmpty();
    }

    @Test
    void a_pump_with_suspects_reads_the_stage_alone_before_the_held_keys_are_known() {
        pump.start(2);
        Call fetch = store.next("fetch");
        assertThat(fetch.argument(3, Integer.class)).isZero();
        answer(fetch, new Fetch.Entries(List.of(), false, Agenda.EMPTY, SEALED));
        answer("keys", new Page.Keys(Page.START, Map.of()));
        assertThat(store.waiting()).doesNotContain("fetch");
        depart();
        answerFetch(SEALED, entry(1, "xa"), entry(2, "a"), entry(3, "b"), entry(4, "c"));
        answer("suspect", Verdict.DONE);
        complete(0);
        answer("commit", Verdict.DONE);
        answer("suspect", Verdict.DONE);
        complete(1);
        answer("commit", Verdict.DONE);
        assertThat(ids()).as("those that leave do not count").containsExactly(2L, 3L, 4L);
        assertThat(store.waiting()).doesNotContain("suspect");
    }

    @Test
    void nothing_is_taken_until_it_is_known_which_keys_leave() {
        Entry[] entries = {entry(1, "b", new Attempts(3, 0, 0, 0)), entry(2, "xa"), entry(3, "a")};
        begin(0);
        answerFetch(SEALED, entries);
        assertThat(told).containsExactly("sealed 2");
        assertThat(ids()).isEmpty();
        assertThat(store.waiting()).doesNotContain("bury", "fetch");
        depart();
        answerFetch(SEALED, entries);
        assertThat(store.waiting()).contains("bury");
        assertThat(ids()).containsExactly(3L);
    }

    @Test
    void an_answer_for_another_version_is_of_no_use() {
        begin(0);
        answerFetch(SEALED);
        pump.depart(1, ResizePumpTest::leaves, null, allHere(1));
        assertThat(store.waiting()).doesNotContain("fetch");
    }

    @Test
    void nothing_is_parked_until_it_is_known_which_keys_leave() {
        pump.start(0);
        answer("keys", new Page.Keys(Page.START, Map.of("xa", Duration.ofHours(1))));
        List<Entry> entries = new ArrayList<>(List.of(ofKey("xa", 1, 20)));
        entries.addAll(List.of(ofKey("b", 21, 40)));
        answerFetch(BEFORE, entries.toArray(Entry[]::new));
        showSeal();
        fail();
        answer("fail", Verdict.DONE);
        assertThat(store.waiting()).doesNotContain("park");
        depart();
        assertCleared();
    }

    @Test
    void keys_that_stay_pass_those_that_leave_wherever_these_stand() {
        taken(entry(1, "xa"), entry(2, "a"), entry(3, "xb"), entry(4, "b"));
        assertThat(told).as("nothing was under way").containsExactly("sealed 2", "cleared 2");
        complete(0);
        complete(1);
        ring(store.next("watch"));
        answerFetch(SEALED, entry(5, "xa"), entry(6, "a"));
        complete(2);
        assertThat(ids()).containsExactly(2L, 4L, 6L);
    }

    @Test
    void nothing_moves_before_all_held_keys_are_known() {
        pump.start(0);
        answerFetch(SEALED);
        depart();
        answer("keys", new Page.Keys("7", Map.of()));
        assertNotCleared();
        answer("keys", new Page.Keys(Page.START, Map.of("xa", Duration.ZERO)));
        assertCleared();
        assertThat(store.waiting()).doesNotContain("advance");
    }

    @Test
    void what_leaves_takes_no_room() {
        pump = pump(4, 1 << 20, Retries.of(3, BACKOFF));
        begin(0);
        answerFetch(SEALED);
        depart();
        for (int read = 1; read < 1000; read += 4) {
            Call fetch = store.next("fetch");
            assertThat(fetch.argument(1, LogCursor.class)).isEqualTo(LogCursor.own(new StreamId(read - 1, 0)));
            Entry[] page = IntStream.range(read, read + 4)
                    .mapToObj(i -> entry(i, "x" + i))
                    .toArray(Entry[]::new);
            answer(fetch, new Fetch.Entries(List.of(page), true, Agenda.EMPTY, SEALED));
        }
        answerFetch(SEALED, entry(2000, "a"));
        assertThat(ids()).containsExactly(2000L);
    }

    @Test
    void what_leaves_takes_no_room_while_a_job_of_it_still_runs() {
        pump = pump(2, 4, 1 << 20, Retries.of(3, BACKOFF));
        begin(0);
        answer(store.next("fetch"), new Fetch.Entries(List.of(ofKey("xa", 1, 18)), true, Agenda.EMPTY, BEFORE));
        store.next("fetch").answer(new Fetch.Entries(List.of(), true, Agenda.EMPTY, SEALED));
        loop.run();
        depart();
        assertThat(store.next("fetch").argument(3, Integer.class)).isEqualTo(4);
        assertNotCleared();
    }

    @Test
    void what_runs_when_the_seal_is_seen_ends_and_is_committed_before_anything_moves() {
        sealedWhileRunning("xa");
        depart();
        assertNotCleared();
        complete(0);
        assertNotCleared();
        answer("commit", Verdict.DONE);
        assertCleared();
        assertThat(ids()).as("the next of the key does not run").containsExactly(1L);
    }

    @Test
    void the_failure_of_a_job_that_leaves_is_on_record_before_anything_moves() {
        sealedWhileRunning("xa");
        depart();
        fail();
        assertNotCleared();
        answer("fail", Verdict.DONE);
        assertCleared();
        loop.tick(Duration.ofHours(1));
        assertThat(store.waiting()).as("it does not run again").doesNotContain("advance");
    }

    @Test
    void a_burial_of_a_job_that_leaves_is_on_record_before_anything_moves() {
        begin(0);
        answerFetch(BEFORE, entry(1, "xa", new Attempts(3, 0, 0, 0)));
        Call bury = store.next("bury");
        showSeal();
        depart();
        assertNotCleared();
        answer(bury, Verdict.DONE);
        assertCleared();
    }

    @Test
    void a_held_job_that_runs_ends_and_is_removed_before_anything_moves() {
        held("xa");
        answer("advance", next(1, "xa", Attempts.NONE));
        assertThat(ids()).containsExactly(1L);
        showSeal();
        depart();
        assertNotCleared();
        complete(0);
        assertNotCleared();
        answer("advance", next(2, "xa", Attempts.NONE));
        assertCleared();
        assertThat(ids()).as("the next of the key does not run").containsExactly(1L);
    }

    @Test
    void a_first_job_of_a_held_key_that_is_being_read_does_not_run_any_more() {
        held("xa");
        showSeal();
        depart();
        assertNotCleared();
        answer("advance", next(1, "xa", Attempts.NONE));
        assertCleared();
        assertThat(ids()).isEmpty();
    }

    @Test
    void what_is_being_parked_has_been_parked_before_anything_moves() {
        begin(0);
        answerFetch(BEFORE, ofKey("xa", 1, 60));
        fail();
        answer("fail", Verdict.DONE);
        Call park = store.next("park");
        showSeal();
        depart();
        assertNotCleared();
        answer(park, Parking.DONE);
        assertCleared();
    }

    @Test
    void a_start_that_is_being_recorded_is_taken_back_before_anything_moves() {
        begin(1);
        answerFetch(BEFORE, entry(1, "xa"), entry(2, "a"));
        Call start = store.next("suspect");
        showSeal();
        depart();
        assertNotCleared();
        answer(start, Verdict.DONE);
        assertNotCleared();
        answer("suspect", Verdict.DONE);
        assertCleared();
        assertThat(ids()).containsExactly(2L);
    }

    @Test
    void a_promotion_that_was_sent_before_is_waited_for_and_what_is_sent_later_is_not() {
        begin(0);
        Duration soon = Duration.ofSeconds(1);
        answer(store.next("fetch"), new Fetch.Entries(List.of(), false, new Agenda(List.of(), soon), BEFORE));
        loop.tick(soon);
        Call promotion = store.next("promote");
        ring(store.next("watch"));
        answerFetch(SEALED);
        depart();
        answerFetch(SEALED, entry(1, "a"), entry(2, "a"));
        complete(0);
        complete(1);
        assertNotCleared();
        answer(promotion, new Promotion.Promoted(0, null));
        assertThat(store.waiting()).contains("commit");
        assertCleared();
    }

    @Test
    void jobs_that_were_handed_over_and_leave_are_taken_back() {
        takesBack = true;
        begin(0);
        store.next("fetch")
                .answer(new Fetch.Entries(List.of(entry(1, "xa"), entry(2, "a")), true, Agenda.EMPTY, BEFORE));
        loop.run();
        assertThat(workers).hasSize(1);
        pump.look();
        loop.run();
        store.next("fetch").answer(new Fetch.Entries(List.of(), true, Agenda.EMPTY, SEALED));
        loop.run();
        depart();
        assertCleared();
        assertThat(ids()).containsExactly(2L);
    }

    @Test
    void a_request_about_a_key_that_leaves_is_not_carried_out() {
        pump.start(0);
        answer("keys", new Page.Keys(Page.START, Map.of("xa", Duration.ofHours(1), "a", Duration.ofHours(1))));
        List<Instruction> asked = List.of(request(1, "drop", "xa"), request(2, "retry", "a"));
        answer(store.next("fetch"), new Fetch.Entries(List.of(), false, new Agenda(asked, null), SEALED));
        assertThat(store.waiting()).doesNotContain("attend");
        depart();
        assertThat(store.next("attend").argument(1, Instruction.class)).isEqualTo(asked.get(1));
        assertThat(store.waiting()).doesNotContain("attend");
    }

    @Test
    void held_keys_that_leave_are_forgotten_and_those_that_stay_go_on() {
        pump.start(0);
        Duration pause = Duration.ofSeconds(1);
        answer("keys", new Page.Keys(Page.START, Map.of("xa", pause, "a", pause, "xb", Duration.ZERO)));
        answerFetch(SEALED);
        depart();
        assertCleared();
        loop.tick(pause);
        assertThat(store.next("advance").argument(1, String.class)).isEqualTo("a");
        pump.look();
        answerFetch(STARTED);
        assertThat(store.waiting()).doesNotContain("advance");
    }

    @Test
    void all_keys_run_once_the_jobs_of_the_new_layout_do() {
        taken(entry(1, "xa"));
        pump.departed();
        loop.run();
        answerFetch(STARTED, entry(2, "xa"), entry(3, "a"));
        complete(0);
        assertThat(ids()).containsExactly(2L, 3L);
    }

    @Test
    void what_could_not_be_moved_is_read_again_when_nothing_else_is_left() {
        taken(entry(1, "xa"), entry(2, "a"));
        pump.departed();
        answerFetch(STARTED, entry(3, "a"));
        complete(0);
        complete(1);
        assertThat(store.waiting()).doesNotContain("fetch");
        answer("commit", Verdict.DONE);
        answerFetch(STARTED, entry(1, "xa"));
        assertThat(ids()).containsExactly(2L, 3L, 1L);
        complete(2);
        answer("commit", Verdict.DONE);
        assertThat(store.waiting()).as("once").doesNotContain("fetch");
    }

    @Test
    void the_next_resize_is_asked_for_anew() {
        taken();
        pump.look();
        PartitionStage next = new PartitionStage(new SealState(3, false), 2, 2);
        answerFetch(next, entry(1, "a"));
        assertThat(told).containsExactly("sealed 2", "cleared 2", "sealed 3");
        assertThat(ids()).isEmpty();
        pump.depart(3, ResizePumpTest::leaves, null, allHere(3));
        answerFetch(next, entry(1, "a"));
        assertThat(ids()).containsExactly(1L);
        assertThat(told).endsWith("cleared 3");
    }

    @Test
    void a_stage_that_was_lost_in_redis_begins_no_resize() {
        allHere = false;
        begin(0);
        answerFetch(STARTED);
        pump.settle(allHere(2));
        answerFetch(STARTED, entry(1, "a"));
        complete(0);
        ring(store.next("watch"));
        answerFetch(PartitionStage.ABSENT, entry(2, "xa"));
        assertThat(ids()).containsExactly(1L, 2L);
        assertThat(told).containsExactly("settled 2");
    }

    @Test
    void a_partition_from_which_jobs_move_stands_still_only_when_that_does_not_go_on() {
        Duration limit = Duration.ofMinutes(1);
        taken(entry(1, "xa"));
        loop.tick(limit);
        pump.departing();
        loop.tick(Duration.ofSeconds(61));
        assertThat(standstill(pump, limit))
                .isEqualTo(
                        "has not moved for 1 min 1 s: its jobs move to other partitions because the queue is resized");
        pump.departed();
        loop.run();
        loop.tick(Duration.ofSeconds(61));
        answerFetch(SEALED);
        assertThat(standstill(pump, limit)).isEmpty();
    }

    @Test
    void a_stream_of_which_all_leaves_is_not_taken_for_empty() {
        taken(entry(1, "xa"));
        assertThat(pump.seesEmptyStream()).isFalse();
        depart();
        assertThat(pump.seesEmptyStream()).isFalse();
        pump.look();
        answerFetch(STARTED);
        assertThat(pump.seesEmptyStream()).isTrue();
    }

    @Test
    void a_drain_does_not_wait_for_the_move() {
        taken(entry(1, "xa"), entry(2, "a"));
        pump.drain(() -> told.add("drained"));
        complete(0);
        answer("commit", Verdict.DONE);
        assertThat(told).endsWith("drained");
    }

    /** A partition that is taken over while it is sealed, and whose first entries are these. */
    private void taken(Entry... entries) {
        begin(0);
        answerFetch(SEALED);
        depart();
        answerFetch(SEALED, entries);
    }

    private static boolean leaves(String key) {
        return key.startsWith("x");
    }

    private void held(String key) {
        pump.start(0);
        Map<String, @Nullable Duration> keys = new HashMap<>();
        keys.put(key, Duration.ZERO);
        answer("keys", new Page.Keys(Page.START, keys));
        answerFetch(BEFORE);
    }

    /** Two jobs of a key are known, and the first one runs. */
    private void sealedWhileRunning(String key) {
        begin(0);
        answerFetch(BEFORE, entry(1, key), entry(2, key));
        showSeal();
    }

    private void showSeal() {
        pump.look();
        loop.run();
        answerFetch(SEALED);
        assertThat(told).containsExactly("sealed 2");
    }

    private void depart() {
        pump.depart(2, ResizePumpTest::leaves, null, allHere(2));
        loop.run();
        work();
    }

    private void assertNotCleared() {
        assertThat(told).doesNotContain("cleared 2");
    }

    private void assertCleared() {
        assertThat(told).containsOnlyOnce("cleared 2");
    }

    private void answerFetch(PartitionStage stage, Entry... entries) {
        answer(store.next("fetch"), new Fetch.Entries(List.of(entries), false, Agenda.EMPTY, stage));
    }

    private static Instruction request(int id, String verb, String key) {
        return new Instruction(new StreamId(id, 0), verb, key, "");
    }

    private static Entry[] ofKey(String key, int first, int last) {
        return IntStream.rangeClosed(first, last).mapToObj(i -> entry(i, key)).toArray(Entry[]::new);
    }
}
