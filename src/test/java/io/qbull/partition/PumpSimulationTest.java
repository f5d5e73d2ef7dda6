package io.qbull.partition;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.qbull.store.Store;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import io.qbull.testing.Size;
import java.util.Random;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;

/**
 * Runs {@link PumpSimulation}. {@code -Dseed=} replays a run, {@code -Dqbull.size.pumpSimulation.runs=} and
 * {@code -Dqbull.size.pumpSimulation.redisRuns=} set how many there are.
 */
class PumpSimulationTest {
    private static final Logger LOG = (Logger) LoggerFactory.getLogger(PartitionPump.class.getPackageName());

    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    /** A line for each simulated failure would hide all other lines of a build. */
    @BeforeAll
    static void silence() {
        LOG.setLevel(Level.ERROR);
    }

    @AfterAll
    static void speak() {
        LOG.setLevel(null);
    }

    @Test
    void order_and_attempts_hold_whatever_happens_to_pods_and_replies() {
        forSeeds(
                Size.of("pumpSimulation.runs", 150, 6_000),
                seed -> new PumpSimulation(seed, new SimulatedPartition()).run(150));
    }

    @Test
    void order_and_attempts_hold_with_the_scripts_on_a_real_server_too() {
        Store store = REDIS.store();
        try (Resp resp = REDIS.server().connect()) {
            forSeeds(Size.of("pumpSimulation.redisRuns", 4, 60), seed -> {
                resp.call("FLUSHALL");
                RedisPartition partition = new RedisPartition(resp, store);
                new PumpSimulation(seed, partition).run(150);
                assertThat(partition.traces())
                        .as("what is kept of jobs that are done")
                        .isEmpty();
            });
        }
    }

    private static void forSeeds(int runs, LongConsumer run) {
        Long given = Long.getLong("seed");
        long first = given != null ? given : new Random().nextLong();
        for (long seed = first; seed < first + (given != null ? 1 : runs); seed++) {
            try {
                run.accept(seed);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("replay with -Dseed=" + seed + ": " + e.getMessage(), e);
            }
        }
    }
}
