package io.qbull.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Where the oracle allows a job to be while its queue is resized. */
class ResizedPartitionsTest {
    private static final String KEY = "k";

    private final ResizedPartitions partitions = new ResizedPartitions(List.of("Q"), 5, 9);

    @Test
    void at_first_a_key_has_one_partition() {
        assertThat(partitions.of("Q", KEY)).containsExactly(of(5));
        assertThat(partitions.fits("Q", KEY, of(5))).isTrue();
        assertThat(partitions.fits("Q", KEY, of(9))).isFalse();
    }

    @Test
    void while_a_resize_may_be_under_way_it_has_that_of_either_layout() {
        partitions.mayBecome("Q", 9);
        assertThat(partitions.of("Q", KEY)).containsExactlyInAnyOrder(of(5), of(9));
    }

    @Test
    void the_next_resize_ends_the_one_before() {
        partitions.mayBecome("Q", 9);
        partitions.becomes("Q", 9, 3);
        assertThat(partitions.of("Q", KEY)).containsOnly(of(9), of(3));
        assertThat(partitions.fits("Q", KEY, of(5))).isEqualTo(of(5).equals(of(9)) || of(5).equals(of(3)));
    }

    private static String of(int size) {
        return new Partitions(List.of("Q"), size).of("Q", KEY);
    }
}
