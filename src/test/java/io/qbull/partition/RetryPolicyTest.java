package io.qbull.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.RetrySettings;
import io.qbull.model.Attempts;
import io.qbull.model.Failure.Course;
import io.qbull.model.WhenExhausted;
import io.qbull.partition.RetryPolicy.Next;
import io.qbull.partition.RetryPolicy.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryPolicyTest {
    private static final Duration BACKOFF = Duration.ofSeconds(1);

    @Test
    void pauses_grow_up_to_the_longest() {
        RetryPolicy policy = policy(20, WhenExhausted.BURY, () -> 0);
        assertThat(IntStream.rangeClosed(1, 6).mapToObj(failed -> pause(policy, failed)))
                .map(Duration::toSeconds)
                .containsExactly(1L, 3L, 9L, 27L, 60L, 60L);
    }

    @Test
    void a_pause_does_not_overflow() {
        assertThat(pause(policy(1_000_000, WhenExhausted.BURY, () -> 0), 999_999))
                .isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void jitter_shortens_a_pause_by_up_to_a_fifth() {
        List<Duration> pauses = new ArrayList<>();
        for (long seed = 0; seed < 1_000; seed++) {
            pauses.add(pause(policy(5, WhenExhausted.BURY, new SplittableRandom(seed)), 1));
        }
        assertThat(pauses).allMatch(pause -> pause.compareTo(BACKOFF) <= 0 && pause.toMillis() >= 799);
        assertThat(pauses).anyMatch(pause -> pause.toMillis() < 850).anyMatch(pause -> pause.toMillis() > 950);
    }

    @ParameterizedTest
    @CsvSource({
        // course, wait, failed and counted before, age, limit, retryFor, exhausted -> what next, counted
        "RETRY,  ,     0, 0, PT0S,    3, PT1H, BURY,     Retry, 1",
        "RETRY,  ,     1, 1, PT2H,    3, PT1H, BURY,     Retry, 2",
        "RETRY,  ,     2, 2, PT1S,    3, PT1H, BURY,     Bury,  3",
        "RETRY,  ,     2, 2, PT1S,    3, PT1H, HOLD_KEY, Hold,  3",
        "RETRY,  ,     9, 2, PT1S,    3, PT1H, BURY,     Bury,  3",
        "RETRY,  ,     9, 9, PT9H,    0, PT1H, BURY,     Retry, 10",
        "PASSES, ,     0, 0, PT0S,    1, PT1H, BURY,     Retry, 0",
        "PASSES, ,    50, 0, PT59M,   1, PT1H, BURY,     Retry, 0",
        "PASSES, ,    50, 0, PT1H,    1, PT1H, BURY,     Bury,  1",
        "PASSES, ,    50, 0, PT1H,    1, PT1H, HOLD_KEY, Hold,  1",
        "PASSES, ,    50, 0, PT1H,    2, PT1H, BURY,     Retry, 1",
        "PASSES, ,    50, 9, PT9H,    0, PT1H, BURY,     Retry, 10",
        "PASSES, ,     0, 0, PT0S,    1, PT0S, BURY,     Bury,  1",
        "PASSES, PT5S, 9, 0, PT9H,    1, PT1H, BURY,     Retry, 0",
        "RETRY,  PT5S, 9, 0, PT9H,    1, PT1H, BURY,     Retry, 0",
        "PASSES, PT5S, 0, 0, PT0S,    1, PT0S, BURY,     Bury,  1",
        "BURY,   ,     0, 0, PT0S,    3, PT1H, BURY,     Bury,  1",
        "BURY,   ,     0, 0, PT0S,    0, PT1H, HOLD_KEY, Bury,  1",
        "BURY,   PT5S, 0, 0, PT0S,    3, PT1H, BURY,     Bury,  0",
    })
    void the_budget_decides_what_becomes_of_a_failed_job(
            Course course,
            @Nullable Duration wait,
            int failed,
            int counted,
            Duration age,
            int limit,
            Duration retryFor,
            WhenExhausted exhausted,
            String next,
            int countedThen) {
        RetryPolicy policy = policy(limit, retryFor, exhausted, () -> 0);

        Verdict verdict = policy.afterFailure(course, wait, new Attempts(failed, 2, 1, 6, counted, age));

        assertThat(verdict.next().getClass().getSimpleName()).isEqualTo(next);
        assertThat(verdict.attempts()).isEqualTo(new Attempts(failed + 1, 0, 0, 7, countedThen, age));
    }

    @ParameterizedTest
    @CsvSource({"PT20S, PT20S", "PT5M, PT5M", "PT0S, PT1S", "PT0.5S, PT1S"})
    void a_wait_that_the_receiver_names_is_kept_and_is_never_shorter_than_the_backoff(Duration named, Duration pause) {
        RetryPolicy policy = policy(3, Duration.ofHours(1), WhenExhausted.BURY, new SplittableRandom(1));

        Next next = policy.afterFailure(Course.PASSES, named, new Attempts(40, 0, 0, 0, 0, Duration.ofHours(2)))
                .next();

        assertThat(next).isEqualTo(new Next.Retry(pause));
    }

    @ParameterizedTest
    @CsvSource({"2, 3, BURY, false", "3, 3, BURY, true", "3, 3, HOLD_KEY, false", "9, 0, BURY, false"})
    void a_job_is_spent_when_it_may_not_run_again(int counted, int limit, WhenExhausted exhausted, boolean spent) {
        Attempts attempts = new Attempts(20, 0, 0, 0, counted, Duration.ZERO);
        assertThat(policy(limit, exhausted, () -> 0).spent(attempts)).isEqualTo(spent);
    }

    @ParameterizedTest
    @CsvSource({"0, false", "2, false", "3, true"})
    void a_job_is_deadly_with_the_last_crash_that_is_allowed(int recorded, boolean deadly) {
        assertThat(policy(9, WhenExhausted.BURY, () -> 0).deadly(new Attempts(0, recorded, 0, 0)))
                .isEqualTo(deadly);
    }

    private static Duration pause(RetryPolicy policy, int failed) {
        return ((Next.Retry) policy.afterFailure(Course.RETRY, null, new Attempts(failed - 1, 0, 0, 0))
                        .next())
                .pause();
    }

    private static RetryPolicy policy(int attempts, WhenExhausted exhausted, RandomGenerator random) {
        return policy(attempts, Duration.ZERO, exhausted, random);
    }

    private static RetryPolicy policy(
            int attempts, Duration retryFor, WhenExhausted exhausted, RandomGenerator random) {
        return new RetryPolicy(
                new RetrySettings(attempts, retryFor, BACKOFF, 3, Duration.ofMinutes(1), exhausted, 4, Duration.ZERO),
                random);
    }
}
