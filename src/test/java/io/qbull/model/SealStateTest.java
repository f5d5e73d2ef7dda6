package io.qbull.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class SealStateTest {
    private static final List<SealState> LIFE = List.of(
            SealState.NONE,
            new SealState(1, true),
            new SealState(2, false),
            new SealState(2, true),
            new SealState(10, false),
            new SealState(10, true));

    @Test
    void seals_are_in_the_order_of_a_partitions_life() {
        assertThat(LIFE).isSorted();
        for (int one = 0; one < LIFE.size(); one++) {
            for (int other = 0; other < LIFE.size(); other++) {
                assertThat(LIFE.get(one).reached(LIFE.get(other))).isEqualTo(one >= other);
            }
        }
    }

    @Test
    void a_seal_is_read_as_it_was_written() {
        assertThat(LIFE.subList(1, LIFE.size()))
                .allSatisfy(seal -> assertThat(SealState.parse(seal.toString())).isEqualTo(seal));
        assertThat(new SealState(2, false)).hasToString("2 closed");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "2", "open", "x open", "0 open", "2 ajar", "2  open", "9999999999 open"})
    void another_text_counts_as_a_seal_that_was_lost(String text) {
        assertThat(SealState.parse(text)).isEqualTo(SealState.NONE);
    }
}
