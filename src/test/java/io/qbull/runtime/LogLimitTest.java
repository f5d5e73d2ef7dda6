package io.qbull.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogLimitTest {
    /** Starts shortly before an overflow, as System.nanoTime() may. */
    private long now = Long.MAX_VALUE - Duration.ofSeconds(12).toNanos();

    private final LogLimit limit = new LogLimit(() -> now);
    private final List<String> lines = new ArrayList<>();

    private boolean log(String cause) {
        return limit.log(cause, more -> lines.add(cause + more));
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    @Test
    void a_cause_has_one_line_in_ten_seconds_and_the_next_one_counts() {
        assertThat(log("boom")).isTrue();
        for (int round = 0; round < 99; round++) {
            pass(Duration.ofMillis(100));
            assertThat(log("boom")).isFalse();
        }
        pass(Duration.ofMillis(100));
        assertThat(log("boom")).isTrue();
        assertThat(lines).containsExactly("boom", "boom (99 more in 10 s)");
    }

    @Test
    void a_cause_that_comes_seldom_is_always_logged_and_counts_nothing() {
        for (int round = 0; round < 3; round++) {
            assertThat(log("boom")).isTrue();
            pass(LogLimit.PERIOD);
        }
        assertThat(lines).containsOnly("boom");
    }

    @Test
    void causes_do_not_hide_each_other() {
        log("one");
        log("two");
        log("one");
        assertThat(lines).containsExactly("one", "two");
    }

    @Test
    void texts_from_outside_cannot_flood_the_log() {
        for (int n = 0; n < 10_000; n++) {
            log("cause " + n);
        }
        assertThat(lines).hasSize(21);
        pass(LogLimit.PERIOD);
        assertThat(log("new")).isTrue();
    }
}
