package io.qbull.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StallsTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final Stalls stalls = new Stalls();

    @Test
    void a_pause_excuses_nothing_that_was_not_under_way() {
        slept(1, 3);
        slept(9, 12);

        assertThat(stalls.within(span(3, 9))).isZero();
        assertThat(stalls.keeps(Duration.ofSeconds(5), span(3, 9))).isFalse();
        assertThat(stalls.total()).hasSeconds(5);
    }

    @Test
    void a_pause_excuses_as_much_as_it_shares_with_what_was_under_way() {
        slept(1, 4);
        slept(5, 6);
        slept(8, 12);

        assertThat(stalls.within(span(3, 9))).hasSeconds(3);
        assertThat(stalls.keeps(Duration.ofSeconds(3), span(3, 9))).isTrue();
        assertThat(stalls.keeps(Duration.ofSeconds(2), span(3, 9))).isFalse();
    }

    @Test
    void a_sleep_that_is_a_little_late_is_not_a_pause() {
        stalls.slept(0, SECOND / 5);

        assertThat(stalls.total()).isZero();
    }

    private void slept(long from, long to) {
        stalls.slept(from * SECOND, to * SECOND);
    }

    private static Span span(long from, long to) {
        return new Span(from * SECOND, to * SECOND);
    }
}
