package io.qbull.resize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.qbull.model.Layout;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The arithmetic of a resize, compared with counting: for all pairs of small layouts, over a whole period of hashes. */
class ResizePlanTest {
    private static final int MOST = 24;

    private static void forAllPlans(Consumer<ResizePlan> check) {
        for (int from = 1; from <= MOST; from++) {
            for (int to = 1; to <= MOST; to++) {
                if (from != to) {
                    check.accept(plan(from, to));
                }
            }
        }
    }

    private static ResizePlan plan(int from, int to) {
        return ResizePlan.of(new Layout(3, from), to);
    }

    /** All hashes that the two layouts can tell apart. */
    private static LongStream hashes(ResizePlan plan) {
        return LongStream.range(0, (long) plan.resize().from() * plan.resize().to());
    }

    private static LongStream hashesOf(ResizePlan plan, int partition) {
        return hashes(plan).filter(hash -> plan.resize().before().indexOf(hash) == partition);
    }

    @Test
    void a_plan_leads_to_the_next_version() {
        assertThat(plan(4, 6).version()).isEqualTo(4);
        assertThat(plan(4, 6).resize().after()).isEqualTo(new Layout(4, 6));
    }

    @Test
    void a_number_of_partitions_that_is_none_is_refused_with_the_reason() {
        assertThatThrownBy(() -> plan(4, 0)).hasMessage("partitions (0) must be between 1 and 16384");
        assertThatThrownBy(() -> plan(4, 16385)).hasMessage("partitions (16385) must be between 1 and 16384");
        assertThatThrownBy(() -> plan(4, 4)).hasMessage("the queue has 4 partitions already");
    }

    @Test
    void a_key_leaves_exactly_its_old_partition_and_only_if_its_new_one_is_another() {
        forAllPlans(plan -> hashes(plan).forEach(hash -> {
            int before = (int) (hash % plan.resize().from());
            int after = (int) (hash % plan.resize().to());
            assertThat(plan.target(hash)).isEqualTo(after);
            for (int partition = 0; partition < MOST; partition++) {
                assertThat(plan.leaves(hash, partition)).isEqualTo(partition == before && partition != after);
            }
        }));
    }

    @Test
    void a_hash_is_a_number_without_sign() {
        ResizePlan plan = plan(10, 7);
        assertThat(plan.target(-1)).isEqualTo((int) Long.remainderUnsigned(-1, 7));
        assertThat(plan.leaves(-1, (int) Long.remainderUnsigned(-1, 10))).isTrue();
    }

    @Test
    void the_feeders_of_a_partition_are_those_that_have_keys_for_it_and_itself() {
        forAllPlans(plan -> {
            for (int partition = 0; partition < plan.resize().to(); partition++) {
                int index = partition;
                List<Integer> counted = hashes(plan)
                        .filter(hash -> plan.target(hash) == index)
                        .mapToInt(hash -> plan.resize().before().indexOf(hash))
                        .distinct()
                        .sorted()
                        .boxed()
                        .toList();
                assertThat(plan.feeders(partition)).isEqualTo(counted);
                assertThat(counted.contains(index)).isEqualTo(plan.isOld(index));
            }
        });
    }

    @Test
    void the_receivers_of_a_partition_are_those_to_which_its_keys_leave() {
        forAllPlans(plan -> {
            for (int partition = 0; partition < plan.resize().from(); partition++) {
                int index = partition;
                List<Integer> counted = hashes(plan)
                        .filter(hash -> plan.leaves(hash, index))
                        .mapToInt(plan::target)
                        .distinct()
                        .sorted()
                        .boxed()
                        .toList();
                assertThat(plan.receivers(partition)).isEqualTo(counted);
            }
        });
    }

    @Test
    void the_share_that_leaves_is_that_of_the_hashes() {
        forAllPlans(plan -> {
            for (int partition = 0; partition < plan.resize().from(); partition++) {
                int index = partition;
                long all = hashesOf(plan, index).count();
                long leaving = hashesOf(plan, index)
                        .filter(hash -> plan.leaves(hash, index))
                        .count();
                assertThat(plan.shareLeaving(index)).isEqualTo((double) leaving / all, within(1e-9));
            }
        });
    }

    @Test
    void a_multiple_moves_least() {
        assertThat(plan(16, 32).shareLeaving(5)).isEqualTo(0.5);
        assertThat(plan(16, 32).feeders(21)).containsExactly(5);
        assertThat(plan(16, 17).shareLeaving(5)).isEqualTo(16.0 / 17);
        assertThat(plan(16, 17).feeders(16)).hasSize(16);
        assertThat(plan(16, 8).shareLeaving(5)).isZero();
        assertThat(plan(16, 8).shareLeaving(13)).isEqualTo(1);
        assertThat(plan(16, 8).feeders(5)).containsExactly(5, 13);
    }

    @Test
    void every_partition_survives_or_retires_or_is_added() {
        forAllPlans(plan -> {
            int from = plan.resize().from();
            int to = plan.resize().to();
            assertThat(plan.surviving().toArray())
                    .isEqualTo(IntStream.range(0, MOST)
                            .filter(index -> index < from && index < to)
                            .toArray());
            assertThat(plan.retired().toArray())
                    .isEqualTo(IntStream.range(0, MOST).filter(plan::retires).toArray());
            assertThat(plan.added().toArray())
                    .isEqualTo(IntStream.range(0, to)
                            .filter(index -> !plan.isOld(index))
                            .toArray());
        });
    }

    @Test
    void it_can_be_reckoned_with_the_most_partitions() {
        assertThat(plan(16383, 16384).feeders(16383))
                .hasSize(16383)
                .startsWith(0)
                .endsWith(16382);
        assertThat(plan(16384, 1).feeders(0)).hasSize(16384);
        assertThat(plan(1, 16384).receivers(0)).hasSize(16383).doesNotContain(0);
    }
}
