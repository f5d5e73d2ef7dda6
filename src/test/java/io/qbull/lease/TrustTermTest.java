package io.qbull.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.LeaseSettings;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrustTermTest {
    private static final Duration TTL = Duration.ofSeconds(15);
    private static final Duration TRUST = Duration.ofMillis(13_500);
    private static final LeaseSettings SETTINGS = new LeaseSettings(1, 1, true, TTL, TTL);

    /** The monotonic clock may start anywhere, also shortly before it overflows. */
    @ParameterizedTest
    @ValueSource(longs = {0, -1, 5_000_000_000L, Long.MAX_VALUE - 1, Long.MAX_VALUE - 13_000_000_000L, Long.MIN_VALUE})
    void a_term_lasts_a_ttl_less_the_margin_from_when_its_command_was_sent(long sent) {
        TrustTerm term = TrustTerm.startingAt(sent, SETTINGS);
        assertThat(term.remaining(sent)).isEqualTo(TRUST);
        assertThat(term.remaining(sent + TRUST.toNanos() - 1)).isEqualTo(Duration.ofNanos(1));
        assertThat(term.remaining(sent + TRUST.toNanos())).isZero();
    }

    @Test
    void nothing_remains_of_a_term_that_ended_long_ago() {
        TrustTerm term = TrustTerm.startingAt(0, SETTINGS);
        assertThat(term.remaining(Duration.ofDays(365).toNanos())).isZero();
    }

    @Test
    void a_slow_answer_shortens_the_term_it_earned() {
        long answered = Duration.ofSeconds(3).toNanos();
        assertThat(TrustTerm.startingAt(0, SETTINGS).remaining(answered)).isEqualTo(TRUST.minusSeconds(3));
    }
}
