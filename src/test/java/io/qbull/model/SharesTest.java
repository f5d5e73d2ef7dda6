package io.qbull.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SharesTest {
    private static final int MOST = 16;

    @Test
    void pods_that_have_room_for_all_own_what_they_want() {
        assertThat(shares(16, wants(4), wants(4), wants(4), wants(4), wants(4))).containsOnly("4-4");
        assertThat(shares(16, wants(12), wants(4))).containsExactly("12-12", "4-4");
    }

    @Test
    void pods_that_want_fewer_than_there_are_share_them_equally() {
        assertThat(shares(16, wants(4), wants(4))).containsOnly("8-8");
        assertThat(shares(16, wants(1), wants(4), wants(4))).containsOnly("5-6");
        assertThat(shares(16, wants(4))).containsOnly("16-16");
    }

    @Test
    void pods_that_name_no_number_share_all_equally() {
        assertThat(shares(16, fair(), fair())).containsOnly("8-8");
        assertThat(shares(16, fair(), fair(), fair())).containsOnly("5-6");
        assertThat(shares(2, fair(), fair(), fair())).containsOnly("0-1");
    }

    @Test
    void a_pod_that_wants_less_than_its_fair_share_leaves_the_rest_to_those_that_name_no_number() {
        assertThat(shares(16, wants(2), fair(), fair())).containsExactly("2-2", "7-7", "7-7");
        assertThat(shares(16, wants(12), fair())).containsOnly("8-8");
    }

    @Test
    void no_pod_owns_more_than_its_most() {
        assertThat(shares(16, new Capacity(1, 2), new Capacity(1, 16))).containsExactly("2-2", "14-14");
        assertThat(shares(16, new Capacity(1, 2), new Capacity(1, 3))).containsExactly("2-2", "3-3");
        assertThat(shares(16, new Capacity(Capacity.FAIR_SHARE, 3), fair())).containsExactly("3-3", "13-13");
    }

    @Test
    void all_partitions_fit_between_the_least_and_the_most_of_any_pods() {
        long seed = Long.getLong("seed", new Random().nextLong());
        Random random = new Random(seed);
        for (int run = 0; run < 10_000; run++) {
            int partitions = 1 + random.nextInt(64);
            List<Capacity> pods = IntStream.range(0, 1 + random.nextInt(8))
                    .mapToObj(any -> {
                        int wanted = random.nextInt(10);
                        return new Capacity(wanted, wanted + random.nextInt(70));
                    })
                    .toList();
            Shares shares = Shares.of(partitions, pods);
            long least = pods.stream().mapToLong(shares::least).sum();
            long most = pods.stream().mapToLong(shares::most).sum();
            boolean enough = pods.stream().mapToLong(Capacity::most).sum() >= partitions;
            assertThat(pods)
                    .as("seed %d: %d partitions, %s", seed, partitions, shares)
                    .allSatisfy(pod ->
                            assertThat(shares.most(pod) - shares.least(pod)).isBetween(0, 1))
                    .allSatisfy(pod -> assertThat(shares.most(pod)).isLessThanOrEqualTo(pod.most()));
            assertThat(most >= partitions).as("seed %d: %s", seed, pods).isEqualTo(enough);
            assertThat(shares.asWanted() || least <= partitions)
                    .as("seed %d: %s", seed, pods)
                    .isTrue();
        }
    }

    /** The least and the most of each pod. */
    private static List<String> shares(int partitions, Capacity... pods) {
        Shares shares = Shares.of(partitions, Arrays.asList(pods));
        return Stream.of(pods)
                .map(pod -> shares.least(pod) + "-" + shares.most(pod))
                .toList();
    }

    private static Capacity wants(int wanted) {
        return new Capacity(wanted, MOST);
    }

    private static Capacity fair() {
        return new Capacity(Capacity.FAIR_SHARE, MOST);
    }
}
