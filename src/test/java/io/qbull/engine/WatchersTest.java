package io.qbull.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.PodId;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WatchersTest {
    @Test
    void one_pod_tells_of_a_partition_and_that_is_not_its_owner() {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        for (int n = 0; n < 1_000; n++) {
            List<PodId> pods = IntStream.range(0, 1 + random.nextInt(6))
                    .mapToObj(pod -> new PodId("pod" + pod))
                    .toList();
            int partition = random.nextInt(100);
            String owner = random.nextInt(3) == 0 ? null : "pod" + random.nextInt(8);
            assertThat(pods)
                    .as("seed %d, partition %d of %s, %s", seed, partition, owner, pods)
                    .filteredOn(pod -> tells(pods, pod, partition, owner))
                    .hasSize(1)
                    .allMatch(pod -> pods.size() == 1 || !pod.value().equals(owner))
                    .allMatch(pod -> new Watchers(pods).watches(pod, partition));
        }
    }

    private static boolean tells(List<PodId> pods, PodId pod, int partition, @Nullable String owner) {
        return new Watchers(pods).tells(pod, partition, owner);
    }

    @Test
    void nobody_watches_before_the_pods_are_known() {
        PodId me = new PodId("me");
        assertThat(new Watchers(List.of()).watches(me, 0)).isFalse();
        assertThat(new Watchers(List.of()).tells(me, 0, null)).isFalse();
    }
}
