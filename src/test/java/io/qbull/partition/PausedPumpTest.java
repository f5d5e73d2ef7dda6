package io.qbull.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Attempts;
import io.qbull.model.Entry;
import io.qbull.model.LogCursor;
import io.qbull.model.StreamId;
import io.qbull.store.HeldJobs.Failed;
import io.qbull.store.HeldJobs.Page;
import io.qbull.store.JobLog.Agenda;
import io.qbull.store.JobLog.Fetch;
import io.qbull.store.JobLog.Verdict;
import io.qbull.testing.Retries;
import io.qbull.testing.ScriptedStore.Call;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What people pause does not start; what runs, and other keys, go on. */
class PausedPumpTest extends PumpTestSupport {
    private static final Duration LONG = Duration.ofHours(1);

    @Test
    void nothing_of_a_paused_partition_starts_and_what_runs_is_committed() {
        given(1, 2, 3);
        pause();
        complete(0);
        assertThat(committed(store.next("commit"))).containsExactly(1L);
        assertThat(ids()).containsExactly(1L);
        resume();
        assertThat(ids()).containsExactly(1L, 2L);
    }

    @Test
    void a_pause_right_after_the_start_is_in_time() {
        pump.start(0);
        pause();
        answer("keys", new Page.Keys(Page.START, Map.of()));
        answerFetch(false, entries(1, 2));
        work();
        assertThat(ids()).isEmpty();
        resume();
        assertThat(ids()).containsExactly(1L);
    }

    @Test
    void jobs_that_were_handed_over_and_have_not_begun_are_taken_back() {
        inPlace = index -> {
            if (index == 50) {
                pump.pause(true, Set.of());
            }
            return true;
        };
        given(IntStream.rangeClosed(1, 100)
                .mapToObj(i -> entry(i, "k" + i % 10))
                .toArray(Entry[]::new));
        assertThat(ids()).containsExactlyElementsOf(upTo(51));
        resume();
        assertThat(ids()).containsExactlyElementsOf(upTo(100));
    }

    @Test
    void a_job_that_waits_for_a_worker_is_taken_back() {
        takesBack = true;
        begin(0);
        answerFetch(false, entries(1, 2));
        assertThat(workers).hasSize(1);
        pause();
        assertThat(workers).isEmpty();
        assertThat(pump.unfinished()).isZero();
        resume();
        assertThat(ids()).containsExactly(1L);
    }

    @Test
    void of_a_series_only_what_follows_a_paused_key_is_taken_back() {
        inPlace = index -> {
            if (index == 20) {
                pump.pause(false, Set.of("k7"));
            }
            return true;
        };
        given(IntStream.rangeClosed(1, 100)
                .mapToObj(i -> entry(i, "k" + i % 10))
                .toArray(Entry[]::new));
        assertThat(ids())
                .containsExactlyElementsOf(upTo(100).stream()
                        .filter(id -> id <= 21 || id % 10 != 7)
                        .toList());
        resume();
        assertThat(ids().subList(92, 100)).containsExactly(27L, 37L, 47L, 57L, 67L, 77L, 87L, 97L);
    }

    @Test
    void other_keys_pass_a_paused_one_which_goes_on_in_order() {
        begin(0);
        pause("a");
        answerFetch(false, entry(1, "a"), entry(2, "b"), entry(3, "a"), entry(4, "b"));
        work();
        complete(0);
        complete(1);
        assertThat(ids()).containsExactly(2L, 4L);
        resume();
        complete(2);
        assertThat(ids()).containsExactly(2L, 4L, 1L, 3L);
    }

    @Test
    void a_paused_key_does_not_fill_the_buffer_and_is_read_again_from_its_first_entry() {
        pump = pump(8, 1 << 20, Retries.of(3, BACKOFF));
        begin(0);
        pause("a");
        answerFetch(true, ofKey("a", 1, 8));
        work();
        Call fetch = store.next("fetch");
        assertThat(fetch.argument(1, LogCursor.class).own()).isEqualTo(new StreamId(8, 0));
        answer(fetch, new Fetch.Entries(List.of(entry(9, "a"), entry(10, "b")), false, Agenda.EMPTY));
        assertThat(ids()).containsExactly(10L);
        complete(0);
        answer("commit", Verdict.DONE);
        pump.pause(false, Set.of());
        loop.run();
        Call again = store.next("fetch");
        assertThat(again.argument(1, LogCursor.class).own()).isLessThan(new StreamId(1, 0));
        answer(again, new Fetch.Entries(List.of(ofKey("a", 1, 9)), false, Agenda.EMPTY));
        IntStream.rangeClosed(1, 5).forEach(this::complete);
        Call rest = store.next("fetch");
        assertThat(rest.argument(1, LogCursor.class).own()).isEqualTo(new StreamId(8, 0));
        answer(rest, new Fetch.Entries(List.of(entry(9, "a")), false, Agenda.EMPTY));
        IntStream.rangeClosed(6, 8).forEach(this::complete);
        assertThat(ids()).containsExactly(10L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
    }

    @Test
    void more_paused_keys_than_the_buffer_holds_keep_no_other_key_waiting() {
        pump = pump(3, 4, 1 << 20, Retries.of(3, BACKOFF));
        begin(0);
        pause(IntStream.range(0, 40).mapToObj(i -> "k" + i).toArray(String[]::new));
        int read = 0;
        while (read < 40) {
            Call fetch = store.next("fetch");
            int most = fetch.argument(3, Integer.class);
            Entry[] page = IntStream.range(read, read + most)
                    .mapToObj(i -> entry(i + 1, i < 40 ? "k" + i : "other"))
                    .toArray(Entry[]::new);
            read += most;
            answer(fetch, new Fetch.Entries(List.of(page), read < 44, Agenda.EMPTY));
        }
        if (started.isEmpty()) {
            answerFetch(false, entry(read + 1, "other"));
            work();
        }
        assertThat(started.get(0).job().key()).isEqualTo("other");
    }

    @Test
    void a_failure_is_put_on_record_while_all_is_paused_and_runs_again_when_it_is_resumed() {
        given(1);
        pause();
        fail();
        assertThat(store.next("fail").argument(3, Failed.class).attempts()).isEqualTo(1);
        resume();
    }

    @Test
    void a_paused_held_key_is_not_read_and_others_are() {
        pump.start(0);
        pause("a");
        answer("keys", new Page.Keys(Page.START, Map.of("a", Duration.ZERO, "b", Duration.ZERO)));
        answerFetch(false);
        Call read = store.next("advance");
        assertThat(read.argument(1, String.class)).isEqualTo("b");
        answer(read, next(2, "b", Attempts.NONE));
        assertThat(ids()).containsExactly(2L);
        assertThat(store.waiting()).doesNotContain("advance");
        pump.pause(false, Set.of());
        complete(0);
        Call second = store.next("advance");
        Call third = store.next("advance");
        assertThat(List.of(second.argument(1, String.class), third.argument(1, String.class)))
                .containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void first_jobs_of_paused_keys_that_are_known_keep_none_of_others_from_being_read() {
        pump = pump(3, 128, 1 << 20, Retries.of(3, BACKOFF));
        pump.start(0);
        List<String> keys = List.of("a", "b", "c", "d");
        answer("keys", new Page.Keys(Page.START, keys.stream().collect(Collectors.toMap(k -> k, k -> Duration.ZERO))));
        answerFetch(false);
        Set<String> read = new HashSet<>();
        for (int i = 1; i <= 3; i++) {
            Call advance = store.next("advance");
            read.add(advance.argument(1, String.class));
            answer(advance, next(i, advance.argument(1, String.class), Attempts.NONE));
            trusted = false;
        }
        assertThat(started).hasSize(1);
        pump.pause(false, read);
        trusted = true;
        pump.resume();
        loop.run();
        assertThat(read)
                .doesNotContain(store.next("advance").argument(1, String.class))
                .hasSize(3);
    }

    @Test
    void a_partition_that_is_paused_does_not_stand_still_and_is_measured_anew_afterwards() {
        begin(0);
        pause("key");
        answerFetch(false, entries(1, 2));
        work();
        loop.tick(LONG);
        assertThat(standstill(pump, Duration.ofMinutes(1))).isEmpty();
        pause();
        loop.tick(LONG);
        assertThat(standstill(pump, Duration.ofMinutes(1))).isEmpty();
        trusted = false;
        resume();
        assertThat(standstill(pump, Duration.ofMinutes(1))).isEmpty();
        loop.tick(Duration.ofSeconds(61));
        assertThat(standstill(pump, Duration.ofMinutes(1)))
                .isEqualTo("has not moved for 1 min 1 s: its lease is not renewed");
    }

    @Test
    void a_job_that_hangs_is_named_although_its_partition_is_paused() {
        pump = pump(2, 128, 1 << 20, Retries.of(3, BACKOFF));
        given(entry(1, "a"), entry(2, "b"), entry(3, "c"));
        pause();
        complete(1);
        loop.tick(Duration.ofSeconds(61));
        assertThat(standstill(pump, Duration.ofMinutes(1)))
                .startsWith("job ")
                .contains(" has been running for 1 min 1 s ");
    }

    @Test
    void a_drain_needs_no_resume() {
        given(1, 2);
        pause();
        pump.drain(() -> told.add("drained"));
        complete(0);
        answer("commit", Verdict.DONE);
        assertThat(told).containsExactly("drained");
    }

    private void pause(String... keys) {
        pump.pause(keys.length == 0, Set.of(keys));
        loop.run();
        work();
    }

    private void resume() {
        pump.pause(false, Set.of());
        loop.run();
        work();
    }

    private static Entry[] ofKey(String key, int first, int last) {
        return IntStream.rangeClosed(first, last).mapToObj(i -> entry(i, key)).toArray(Entry[]::new);
    }

    private static List<Long> upTo(int last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }
}
