package io.qbull.partition;

import io.qbull.testing.Size;
import org.junit.jupiter.api.Test;

/** {@link PumpSimulation} on a model of Redis. {@code -Dqbull.size.pumpSimulation.runs=} sets how many runs there are. */
class PumpSimulationTest extends PumpSimulationSupport {
    @Test
    void order_and_attempts_hold_whatever_happens_to_pods_and_replies() {
        forSeeds(
                Size.of("pumpSimulation.runs", 150, 6_000),
                seed -> new PumpSimulation(seed, new SimulatedPartition()).run(150));
    }

    @Test
    void whatever_can_run_does_run_however_many_jobs_one_key_has() {
        forSeeds(
                Size.of("pumpSimulation.crowdedRuns", 60, 3_000),
                seed -> new PumpSimulation(seed, new SimulatedPartition(), true).run(100));
    }
}
