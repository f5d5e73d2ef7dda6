package io.qbull.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.RetrySettings;
import io.qbull.model.Attempts;
import io.qbull.model.Delivery;
import io.qbull.model.Entry;
import io.qbull.model.Failure;
import io.qbull.model.LogCursor;
import io.qbull.model.WhenExhausted;
import io.qbull.store.HeldJobs.Failed;
import io.qbull.store.HeldJobs.Page;
import io.qbull.store.JobLog.Agenda;
import io.qbull.store.JobLog.Fetch;
import io.qbull.store.JobLog.Verdict;
import io.qbull.testing.Retries;
import io.qbull.testing.ScriptedStore.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A pump that runs several keys side by side. */
class ParallelPumpTest extends PumpTestSupport {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @BeforeEach
    void runThreeAtOnce() {
        pump = parallel(3, 128);
    }

    private PartitionPump parallel(int concurrency, int prefetch) {
        return pump(concurrency, prefetch, 1 << 20, Retries.of(3, BACKOFF));
    }

    @Test
    void the_first_jobs_of_so_many_keys_run_at_once_and_a_key_never_runs_two() {
        given(entry(1, "a"), entry(2, "a"), entry(3, "b"), entry(4, "c"), entry(5, "d"));
        assertThat(ids()).containsExactly(1L, 3L, 4L);
        complete(1);
        assertThat(ids()).as("a waits for itself").containsExactly(1L, 3L, 4L, 5L);
        complete(0);
        assertThat(ids()).containsExactly(1L, 3L, 4L, 5L, 2L);
    }

    @Test
    void jobs_are_committed_in_the_order_in_which_they_end() {
        given(entry(1, "a"), entry(2, "b"), entry(3, "c"));
        complete(2);
        complete(1);
        loop.tick(INTERVAL);
        assertThat(committed(store.next("commit"))).containsExactly(3L, 2L);
    }

    @Test
    void a_failure_waits_for_commits_of_its_own_key_only() {
        given(entry(1, "a"), entry(2, "b"), entry(3, "b"), entry(4, "c"));
        complete(0);
        outcomes.get(1).failed(Failure.of("no"));
        loop.run();
        assertThat(store.next("fail").argument(2, String.class)).isEqualTo("b");
        complete(2);
        loop.tick(INTERVAL);
        assertThat(committed(store.next("commit"))).containsExactly(1L, 4L);
    }

    @Test
    void a_failure_waits_for_an_unanswered_commit_of_its_key_while_others_go_on() {
        given(entry(1, "a"), entry(2, "a"), entry(3, "b"), entry(4, "b"));
        complete(0);
        loop.tick(INTERVAL);
        Call commit = store.next("commit");
        outcomes.get(2).failed(Failure.of("no"));
        loop.run();
        assertThat(store.waiting()).doesNotContain("fail");
        complete(1);
        assertThat(ids()).containsExactly(1L, 3L, 2L, 4L);
        commit.answer(Verdict.DONE);
        loop.run();
        assertThat(store.next("fail").argument(2, String.class)).isEqualTo("a");
    }

    @Test
    void a_held_key_keeps_the_others_running() {
        given(entry(1, "a"), entry(2, "b"), entry(3, "a"), entry(4, "b"));
        outcomes.get(0).failed(Failure.of("no"));
        loop.run();
        answer("fail", Verdict.DONE);
        complete(1);
        assertThat(ids()).containsExactly(1L, 2L, 4L);
        loop.tick(BACKOFF);
        answer("advance", next(1, "a", new Attempts(1, 0, 0, 0)));
        assertThat(ids()).as("beside the other key").containsExactly(1L, 2L, 4L, 1L);
    }

    @Test
    void the_first_jobs_of_as_many_held_keys_are_read_as_may_run() {
        pump.start(0);
        Map<String, Duration> held =
                Stream.of("a", "b", "c", "d", "e").collect(Collectors.toMap(key -> key, key -> Duration.ZERO));
        answer("keys", new Page.Keys(Page.START, Map.copyOf(held)));
        answerFetch(false);
        assertThat(answerHeads()).as("while it is unknown how large they are").isEqualTo(1);
        assertThat(answerHeads()).isEqualTo(2);
        assertThat(started).extracting(each -> each.job().key()).hasSize(3).doesNotHaveDuplicates();
        assertThat(store.waiting()).as("no more could run").doesNotContain("advance");
    }

    /** Answers all readings of first jobs that are under way now; says how many there were. */
    private int answerHeads() {
        List<Call> reading = new ArrayList<>();
        while (store.waiting().contains("advance")) {
            reading.add(store.next("advance"));
        }
        for (Call call : reading) {
            String key = call.argument(1, String.class);
            answer(call, next(key.charAt(0), key, Attempts.NONE));
        }
        return reading.size();
    }

    @Test
    void a_suspect_starts_when_nothing_runs_and_nothing_starts_beside_it() {
        begin(2);
        answerFetch(false, entry(1, "a"), entry(2, "b"), entry(3, "c"), entry(4, "d"));
        suspected();
        assertThat(ids()).containsExactly(1L);
        complete(0);
        answer("commit", Verdict.DONE);
        suspected();
        assertThat(ids()).containsExactly(1L, 2L);
        complete(1);
        assertThat(ids()).as("its end is not on record").containsExactly(1L, 2L);
        answer("commit", Verdict.DONE);
        assertThat(ids()).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void a_suspect_waits_for_the_jobs_that_run_already() {
        start(1);
        answer("keys", new Page.Keys(Page.START, Map.of("held", Duration.ofSeconds(5))));
        answerFetch(false, entry(2, "a"), entry(3, "b"));
        suspected();
        complete(0);
        answer("commit", Verdict.DONE);
        assertThat(ids()).containsExactly(2L, 3L);
        loop.tick(Duration.ofSeconds(5));
        answer("advance", next(1, "held", Attempts.NONE));
        assertThat(store.waiting()).doesNotContain("suspect");
        complete(1);
        answer("commit", Verdict.DONE);
        suspected();
        assertThat(ids()).containsExactly(2L, 3L, 1L);
    }

    @Test
    void a_drain_waits_for_all_jobs_in_flight_and_their_commits() {
        given(entry(1, "a"), entry(2, "b"), entry(3, "c"), entry(4, "d"));
        pump.drain(() -> told.add("drained"));
        complete(2);
        complete(0);
        loop.tick(INTERVAL);
        answer("commit", Verdict.DONE);
        assertThat(told).isEmpty();
        complete(1);
        answer("commit", Verdict.DONE);
        assertThat(told).containsExactly("drained");
        assertThat(ids()).containsExactly(1L, 2L, 3L);
    }

    @Test
    void an_abandoned_pump_ends_with_its_last_job() {
        given(entry(1, "a"), entry(2, "b"));
        pump.abandon(() -> told.add("abandoned"));
        complete(1);
        assertThat(told).isEmpty();
        complete(0);
        assertThat(told).containsExactly("abandoned");
        assertThat(store.waiting()).doesNotContain("commit");
    }

    @Test
    void all_jobs_that_run_are_in_flight() {
        given(entry(1, "a"), entry(2, "b"), entry(3, "b"));
        assertThat(pump.inFlight())
                .extracting(each -> each.job().streamId().millis())
                .containsExactly(1L, 2L);
        assertThat(pump.unfinished()).isEqualTo(2);
    }

    @Test
    void a_job_that_hangs_is_reported_although_others_pass_it() {
        given(entry(1, "a"), entry(2, "b"), entry(3, "b"), entry(4, "b"));
        loop.tick(LIMIT.dividedBy(2));
        complete(1);
        loop.tick(LIMIT.dividedBy(2));
        complete(2);
        assertThat(standstill(pump, LIMIT)).isEmpty();
        loop.tick(Duration.ofSeconds(1));
        assertThat(standstill(pump, LIMIT)).startsWith("job ").contains(" has been running for 1 min 1 s ");
        complete(0);
        assertThat(standstill(pump, LIMIT)).isEmpty();
    }

    @Test
    void each_job_has_its_own_time_limit() {
        RetrySettings retry =
                new RetrySettings(3, Duration.ZERO, BACKOFF, 2, BACKOFF, WhenExhausted.BURY, 5, Duration.ofSeconds(10));
        pump = pump(3, 128, 1 << 20, retry);
        given(entry(1, "a"), entry(2, "b"), entry(3, "b"));
        loop.tick(Duration.ofSeconds(6));
        complete(1);
        loop.tick(Duration.ofSeconds(4));
        assertThat(store.next("fail").argument(2, String.class)).isEqualTo("a");
        assertThat(store.waiting()).doesNotContain("fail");
        loop.tick(Duration.ofSeconds(6));
        answer("commit", Verdict.DONE);
        assertThat(store.next("fail").argument(3, Failed.class).reason()).isEqualTo("ran longer than 10 s");
    }

    @Test
    void a_key_with_more_jobs_than_the_buffer_holds_keeps_no_other_back_and_runs_in_order() {
        pump = parallel(3, 4);
        List<Entry> stream = new ArrayList<>();
        IntStream.rangeClosed(1, 100).forEach(i -> stream.add(entry(i, "hot")));
        stream.add(entry(101, "a"));
        stream.add(entry(102, "hot"));
        stream.add(entry(103, "b"));
        begin(0);
        serve(stream);
        assertThat(ids()).as("while the first job of the hot key runs").containsExactly(1L, 101L, 103L);
        for (int job = 0; job < started.size(); job++) {
            complete(job);
            loop.tick(INTERVAL);
            serve(stream);
        }
        assertThat(started.stream()
                        .map(Delivery::job)
                        .filter(job -> job.key().equals("hot"))
                        .map(job -> job.streamId().millis()))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 102)
                        .filter(i -> i != 101)
                        .boxed()
                        .map(Long::valueOf)
                        .toList());
        assertThat(stream).isEmpty();
    }

    @Test
    void behind_the_first_entries_a_key_waits_for_its_last_commit_which_is_sent_at_once() {
        pump = parallel(3, 128);
        List<Entry> stream = new ArrayList<>();
        IntStream.rangeClosed(1, 300).forEach(i -> stream.add(entry(i, "hot")));
        stream.add(entry(301, "a"));
        stream.add(entry(302, "a"));
        begin(0);
        serve(stream);
        assertThat(ids()).containsExactly(1L, 301L);
        complete(1);
        assertThat(ids()).containsExactly(1L, 301L);
        Call commit = store.next("commit");
        assertThat(committed(commit)).as("without waiting for the interval").containsExactly(301L);
        answer(commit, Verdict.DONE);
        assertThat(ids()).containsExactly(1L, 301L, 302L);
    }

    /** Answers all that the pump asks of the stream. */
    private void serve(List<Entry> stream) {
        for (String call = asked(); call != null; call = asked()) {
            Call next = store.next(call);
            if (call.equals("fetch")) {
                List<Entry> rest = stream.stream()
                        .filter(each -> each.streamId()
                                        .compareTo(next.argument(1, LogCursor.class)
                                                .own())
                                > 0)
                        .toList();
                int count = Math.min(rest.size(), next.argument(3, Integer.class));
                next.answer(new Fetch.Entries(rest.subList(0, count), count < rest.size(), Agenda.EMPTY));
            } else {
                List<Long> gone = committed(next);
                stream.removeIf(each -> gone.contains(each.streamId().millis()));
                next.answer(Verdict.DONE);
            }
            loop.run();
            work();
        }
    }

    private @Nullable String asked() {
        return store.waiting().stream()
                .filter(call -> call.equals("fetch") || call.equals("commit"))
                .findFirst()
                .orElse(null);
    }

    private void suspected() {
        answer("suspect", Verdict.DONE);
    }
}
