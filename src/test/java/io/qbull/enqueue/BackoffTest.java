package io.qbull.enqueue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    @Test
    void pauses_double_up_to_half_a_second_and_restart_after_an_answer() {
        Backoff backoff = new Backoff();
        assertThat(Stream.generate(backoff::next).limit(6).map(Duration::toMillis))
                .containsExactly(50L, 100L, 200L, 400L, 500L, 500L);
        backoff.reset();
        assertThat(backoff.next()).isEqualTo(Duration.ofMillis(50));
    }
}
