package io.qbull.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.RedisSettings;
import io.qbull.store.Store;
import io.qbull.testing.Patience;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import io.qbull.testing.Size;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@link PumpSimulation} on a real server. {@code -Dqbull.size.pumpSimulation.redisRuns=} sets how many runs there are. */
@Tag("redis")
class PumpRedisSimulationTest extends PumpSimulationSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    @Test
    void order_and_attempts_hold_with_the_scripts_on_a_real_server_too() {
        // A machine that is busy for a while must not look like a Redis that is away.
        Store store = REDIS.store(new RedisSettings(REDIS.settings().uri(), Patience.LIMIT));
        try (Resp resp = REDIS.server().connect()) {
            forSeeds(Size.of("pumpSimulation.redisRuns", 4, 60), seed -> {
                resp.call("FLUSHALL");
                RedisPartition partition = new RedisPartition(resp, store);
                new PumpSimulation(seed, partition).run(150);
                assertThat(partition.traces())
                        .as("what is kept of jobs that are done")
                        .isEmpty();
                partition.full(false);
            });
        }
    }
}
