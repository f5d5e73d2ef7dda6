package io.qbull.partition;

import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Runs {@link PumpSimulation} against a model of the scripts. {@code -Dseed=} replays a run, {@code -Dqbull.sim.runs=} sets how many
 * there are.
 */
class PumpSimulationTest {
    @Test
    void order_and_attempts_hold_whatever_happens_to_pods_and_replies() {
        Long given = Long.getLong("seed");
        int runs = given != null ? 1 : Integer.getInteger("qbull.sim.runs", 300);
        long first = given != null ? given : new Random().nextLong();
        for (long seed = first; seed < first + runs; seed++) {
            try {
                new PumpSimulation(seed, new SimulatedPartition()).run(150);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("replay with -Dseed=" + seed + ": " + e.getMessage(), e);
            }
        }
    }
}
