package io.qbull.partition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SuspectWindowTest {
    private final SuspectWindow window = new SuspectWindow();

    @Test
    void the_first_entry_of_a_key_is_a_suspect_however_far_from_the_head_it_is() {
        window.open(256);
        assertThat(suspectsAmong(1, 5_000)).isEqualTo(256);
        assertThat(window.next(PumpTestSupport.entry(5_001, "rare"), false)).isTrue();
        assertThat(window.next(PumpTestSupport.entry(5_002, "rare"), false)).isFalse();
    }

    @Test
    void keys_that_were_not_met_among_the_first_thousand_entries_are_not_passed_on_to_the_next_owner() {
        window.open(256);
        suspectsAmong(1, 1_023);
        assertThat(left()).isEqualTo(255);
        suspectsAmong(1_024, 1_024);
        assertThat(left()).isZero();
    }

    @Test
    void what_follows_the_end_of_the_stream_is_no_suspect() {
        window.open(256);
        suspectsAmong(1, 10);
        window.end();
        assertThat(suspectsAmong(11, 20)).isZero();
        assertThat(window.next(PumpTestSupport.entry(21, "rare"), false)).isFalse();
        assertThat(left()).isZero();
    }

    private long suspectsAmong(int from, int to) {
        return IntStream.rangeClosed(from, to)
                .filter(i -> window.next(PumpTestSupport.entry(i, "busy"), false))
                .count();
    }

    /** All that were read have run. */
    private int left() {
        return window.left(List.of(), any -> false);
    }
}
