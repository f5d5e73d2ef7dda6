package io.qbull.enqueue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    @Test
    void pauses_double_up_to_half_a_second_and_restart_after_an_answer() {
        Backoff backoff = Backoff.afterFailures();
        assertThat(millis(backoff, 6)).containsExactly(50L, 100L, 200L, 400L, 500L, 500L);
        backoff.reset();
        assertThat(millis(backoff, 1)).containsExactly(50L);
    }

    @Test
    void pauses_after_seals_double_up_to_a_quarter_of_a_second() {
        assertThat(millis(Backoff.afterSeals(), 6)).containsExactly(20L, 40L, 80L, 160L, 250L, 250L);
    }

    private static Stream<Long> millis(Backoff backoff, int count) {
        return Stream.generate(backoff::next).limit(count).map(Duration::toMillis);
    }
}
