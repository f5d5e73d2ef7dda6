package io.qbull.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.RetrySettings;
import io.qbull.model.Attempts;
import io.qbull.model.Failure;
import io.qbull.model.Failure.Course;
import io.qbull.model.WhenExhausted;
import io.qbull.partition.RetryPolicy.Next;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
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
        "RETRY,   2, BURY,     Retry",
        "RETRY,   3, BURY,     Bury",
        "RETRY,   3, HOLD_KEY, Hold",
        "GIVE_UP, 1, BURY,     Bury",
        "GIVE_UP, 1, HOLD_KEY, Hold",
        "BURY,    1, BURY,     Bury",
        "BURY,    1, HOLD_KEY, Bury",
    })
    void a_failure_is_retried_given_up_or_buried(Course course, int failed, WhenExhausted exhausted, String next) {
        RetryPolicy policy = policy(3, exhausted, () -> 0);
        assertThat(policy.afterFailure(new Failure("no", "", course), failed)
                        .getClass()
                        .getSimpleName())
                .isEqualTo(next);
    }

    @ParameterizedTest
    @CsvSource({"2, BURY, false", "3, BURY, true", "3, HOLD_KEY, false"})
    void a_job_is_spent_when_it_may_not_run_again(int failed, WhenExhausted exhausted, boolean spent) {
        assertThat(policy(3, exhausted, () -> 0).spent(new Attempts(failed, 0, 0, 0)))
                .isEqualTo(spent);
    }

    @ParameterizedTest
    @CsvSource({"0, false", "2, false", "3, true"})
    void a_job_is_deadly_with_the_last_crash_that_is_allowed(int recorded, boolean deadly) {
        assertThat(policy(9, WhenExhausted.BURY, () -> 0).deadly(new Attempts(0, recorded, 0, 0)))
                .isEqualTo(deadly);
    }

    private static Duration pause(RetryPolicy policy, int failed) {
        return ((Next.Retry) policy.afterFailure(Failure.of("no"), failed)).pause();
    }

    private static RetryPolicy policy(int attempts, WhenExhausted exhausted, RandomGenerator random) {
        return new RetryPolicy(
                new RetrySettings(attempts, BACKOFF, 3, Duration.ofMinutes(1), exhausted, 4, Duration.ZERO), random);
    }
}
