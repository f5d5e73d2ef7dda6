package io.qbull.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.LeaseSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TakeOverPausesTest {
    private static final Duration TTL = Duration.ofSeconds(1);
    private final TakeOverPauses pauses = new TakeOverPauses(new LeaseSettings(1, 1, true, TTL, TTL));

    @Test
    void a_pause_doubles_with_each_short_lived_lease_of_the_partition_up_to_the_ttl() {
        List<Long> millis = new ArrayList<>();
        for (int loss = 0; loss < 6; loss++) {
            pauses.lost(3, TTL.minusMillis(1));
            millis.add(pauses.of(3).toMillis());
        }
        assertThat(millis).containsExactly(100L, 200L, 400L, 800L, 1_000L, 1_000L);
        assertThat(pauses.of(4)).isEqualTo(TakeOverPauses.SHORTEST);
    }

    @Test
    void a_lease_that_lived_for_a_ttl_ends_the_row() {
        pauses.lost(3, Duration.ZERO);
        pauses.lost(3, Duration.ZERO);
        pauses.lost(3, TTL);
        assertThat(pauses.of(3)).isEqualTo(TakeOverPauses.SHORTEST);
    }

    @Test
    void a_lease_that_was_given_up_after_a_ttl_ends_the_row_too() {
        pauses.lost(3, Duration.ZERO);
        pauses.lost(3, Duration.ZERO);
        pauses.ended(3, TTL.minusMillis(1));
        assertThat(pauses.of(3)).isGreaterThan(TakeOverPauses.SHORTEST);
        pauses.ended(3, TTL);
        assertThat(pauses.of(3)).isEqualTo(TakeOverPauses.SHORTEST);
    }
}
