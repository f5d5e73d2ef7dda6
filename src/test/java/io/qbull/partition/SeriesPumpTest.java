package io.qbull.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.RetrySettings;
import io.qbull.model.Entry;
import io.qbull.model.Failure;
import io.qbull.model.WhenExhausted;
import io.qbull.store.JobLog.Verdict;
import io.qbull.testing.Retries;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Jobs that a worker runs one after another by itself, because each ends before its handler returns. */
class SeriesPumpTest extends PumpTestSupport {
    private static final int JOBS = 100;

    @Test
    void a_worker_goes_on_by_itself_and_all_jobs_run_in_order() {
        inPlace = index -> true;
        givenKeys(JOBS, 10);
        assertThat(ids()).containsExactlyElementsOf(upTo(JOBS));
        assertThat(tasks).as("times that the workers were asked").isLessThan(12);
        assertThat(committed(store.next("commit"))).isNotEmpty();
    }

    @Test
    void what_a_worker_has_started_is_all_that_is_in_flight() {
        inPlace = index -> {
            assertThat(pump.inFlight()).hasSize(1);
            assertThat(pump.inFlight().get(0)).isEqualTo(started.get(index));
            return true;
        };
        givenKeys(JOBS, 10);
        assertThat(started).hasSize(JOBS);
        assertThat(pump.inFlight()).isEmpty();
    }

    @Test
    void after_a_failure_the_worker_starts_nothing_and_the_key_waits() {
        inPlace = index -> {
            if (index == 50) {
                outcomes.get(index).failed(Failure.of("no"));
                assertThat(started).hasSize(51);
            }
            return index != 50;
        };
        givenKeys(JOBS, 10);
        assertThat(store.next("commit")).isNotNull();
        assertThat(started)
                .extracting(each -> each.job().key())
                .filteredOn("k0"::equals)
                .hasSize(6);
        assertThat(started).hasSize(JOBS - 4);
    }

    @Test
    void a_job_that_does_not_end_in_place_ends_the_series() {
        inPlace = index -> index != 50;
        givenKeys(JOBS, 10);
        assertThat(ids()).containsExactlyElementsOf(upTo(51));
        assertThat(pump.unfinished())
                .as("one runs, others wait for their commit")
                .isLessThanOrEqualTo(51);
        complete(50);
        assertThat(ids()).containsExactlyElementsOf(upTo(JOBS));
    }

    @Test
    void nothing_starts_in_a_series_once_the_lease_is_not_trusted() {
        inPlace = index -> {
            trusted = index != 50;
            return true;
        };
        givenKeys(JOBS, 10);
        assertThat(ids()).containsExactlyElementsOf(upTo(51));
        trusted = true;
        pump.resume();
        work();
        assertThat(ids()).containsExactlyElementsOf(upTo(JOBS));
    }

    @Test
    void a_drain_takes_back_what_has_not_started() {
        inPlace = index -> {
            if (index == 50) {
                pump.drain(() -> told.add("drained"));
            }
            return true;
        };
        givenKeys(JOBS, 10);
        assertThat(ids()).containsExactlyElementsOf(upTo(51));
        while (store.waiting().contains("commit")) {
            answer("commit", Verdict.DONE);
        }
        assertThat(told).containsExactly("drained");
    }

    @Test
    void an_abandoned_pump_starts_nothing_more_of_a_series() {
        inPlace = index -> {
            if (index == 50) {
                pump.abandon(() -> told.add("abandoned"));
            }
            return true;
        };
        givenKeys(JOBS, 10);
        assertThat(ids()).containsExactlyElementsOf(upTo(51));
        assertThat(told).containsExactly("abandoned");
    }

    @Test
    void a_job_that_is_timed_out_is_the_last_of_its_series_and_its_key_waits() {
        Duration limit = Duration.ofSeconds(10);
        pump = pump(
                1,
                128,
                1 << 20,
                new RetrySettings(3, Duration.ZERO, BACKOFF, 2, BACKOFF, WhenExhausted.BURY, 5, limit));
        inPlace = index -> {
            if (index == 50) {
                loop.tick(limit);
            }
            return true;
        };
        givenKeys(JOBS, 1);
        assertThat(ids()).containsExactlyElementsOf(upTo(51));
        while (!store.waiting().contains("fail")) {
            answer("commit", Verdict.DONE);
        }
    }

    @Test
    void while_the_handler_of_a_timed_out_job_hangs_other_keys_go_on() {
        Duration limit = Duration.ofSeconds(10);
        pump = pump(
                1,
                128,
                1 << 20,
                new RetrySettings(3, Duration.ZERO, BACKOFF, 2, BACKOFF, WhenExhausted.BURY, 5, limit));
        List<Runnable> given = new ArrayList<>();
        inPlace = index -> {
            if (index == 50) {
                loop.tick(limit);
                given.addAll(workers);
            }
            return true;
        };
        givenKeys(JOBS, 10);
        assertThat(given).as("the next job, for another worker, while it hangs").hasSize(1);
        assertThat(started).hasSize(JOBS - 4);
    }

    @Test
    void a_held_key_whose_pause_is_over_has_its_turn_before_the_rest_of_a_series() {
        inPlace = index -> {
            if (index == 0) {
                outcomes.get(0).failed(Failure.of("no"));
            }
            if (index == 60) {
                loop.tick(BACKOFF);
            }
            assertThat(store.waiting().contains("advance"))
                    .as("read when %s runs", index)
                    .isEqualTo(index > 60);
            return true;
        };
        begin(0);
        answerFetch(
                false,
                IntStream.rangeClosed(1, JOBS)
                        .mapToObj(i -> entry(i, i == 1 ? "held" : "k" + i % 10))
                        .toArray(Entry[]::new));
        workers.remove().run();
        loop.run();
        answer("fail", Verdict.DONE);
        assertThat(started).hasSize(JOBS);
    }

    @Test
    void a_suspect_is_never_in_a_series() {
        inPlace = index -> true;
        begin(20);
        answerFetch(
                false,
                IntStream.rangeClosed(1, 40).mapToObj(i -> entry(i, "k" + i)).toArray(Entry[]::new));
        work();
        for (int suspect = 1; suspect <= 20; suspect++) {
            assertThat(started).hasSize(suspect - 1);
            answer("suspect", Verdict.DONE);
            assertThat(started).hasSize(suspect);
            answer("commit", Verdict.DONE);
        }
        assertThat(started).hasSize(40);
    }

    @Test
    void a_series_ends_before_a_suspect() {
        inPlace = index -> true;
        begin(2);
        answerFetch(false, entry(1, "a"), entry(2, "a"), entry(3, "a"), entry(4, "a"), entry(5, "b"), entry(6, "b"));
        for (int suspect = 1; suspect <= 2; suspect++) {
            answer("suspect", Verdict.DONE);
            answer("commit", Verdict.DONE);
        }
        assertThat(ids()).as("the first entry of the second key is a suspect").containsExactly(1L, 2L, 3L, 4L);
        answer("commit", Verdict.DONE);
        answer("suspect", Verdict.DONE);
        assertThat(ids()).containsExactly(1L, 2L, 3L, 4L, 5L);
    }

    @Test
    void side_by_side_a_series_has_one_key_only() {
        pump = pump(3, 128, 1 << 20, Retries.of(3, BACKOFF));
        inPlace = index -> !started.get(index).job().key().equals("slow");
        given(IntStream.rangeClosed(1, 90)
                .mapToObj(i -> entry(i, i % 3 == 0 ? "slow" : "k" + i % 3))
                .toArray(Entry[]::new));
        assertThat(started).as("one of the slow key, all of the others").hasSize(61);
        for (String key : List.of("k1", "k2")) {
            assertThat(started.stream()
                            .map(each -> each.job())
                            .filter(job -> job.key().equals(key)))
                    .extracting(job -> job.streamId().millis())
                    .isSorted()
                    .hasSize(30);
        }
        assertThat(tasks).isLessThan(30);
    }

    private void givenKeys(int jobs, int keys) {
        given(IntStream.range(0, jobs)
                .mapToObj(i -> entry(i + 1, "k" + i % keys))
                .toArray(Entry[]::new));
    }

    private static List<Long> upTo(int last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }
}
