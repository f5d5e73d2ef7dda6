package io.qbull.store.redis;

import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.store.ResizeTable.LayoutState;
import io.qbull.store.ResizeTable.PartitionState;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import io.qbull.testing.Size;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whole resizes by the real scripts, in a random order of steps with lost replies, late calls and owners that are replaced.
 * {@code -Dseed=N} repeats the run of a seed, {@code -Dqbull.size.resizeProtocol.runs=N} makes more.
 */
@Tag("redis")
class ResizeProtocolTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    @ParameterizedTest
    @ValueSource(strings = {"1,2", "2,3", "3,1", "2,4,3", "1,2,1,3"})
    void every_job_is_in_its_new_partition_once_and_in_order(String plan) {
        List<Integer> sizes =
                List.of(plan.split(",", -1)).stream().map(Integer::valueOf).toList();
        Long given = Long.getLong("seed");
        int runs = given != null ? 1 : Size.of("resizeProtocol.runs", 4, 200);
        for (int run = 0; run < runs; run++) {
            long seed = given != null ? given : new Random().nextLong();
            try {
                resize(sizes, seed);
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError("plan " + plan + " seed " + seed, failure);
            }
        }
    }

    private static void resize(List<Integer> sizes, long seed) {
        REDIS.server().reset();
        Resp resp = REDIS.resp();
        ResizeDriver driver = new ResizeDriver(resp, REDIS.store(), new Random(seed), sizes);
        driver.run();
        LayoutState state = get(driver.resize.state(ResizeDriver.QUEUE));
        int most = Collections.max(sizes);
        assertThat(state.resize()).isNull();
        assertThat(state.current().version()).isEqualTo(sizes.size());
        assertThat(state.current().partitions()).isEqualTo(sizes.get(sizes.size() - 1));
        assertThat(state.earlier()).hasSize(sizes.size() - 1);
        assertThat(get(driver.resize.states(ResizeDriver.QUEUE, 0, most)))
                .extracting(PartitionState::held)
                .hasSize(most);
        driver.oracle.check(resp, state.current(), most);
    }
}
