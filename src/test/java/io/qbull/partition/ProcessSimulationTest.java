package io.qbull.partition;

import io.qbull.testing.Size;
import org.junit.jupiter.api.Test;

/** {@link ProcessSimulation}. {@code -Dqbull.size.processSimulation.runs=} sets how many runs there are. */
class ProcessSimulationTest extends PumpSimulationSupport {
    @Test
    void killers_are_found_and_no_job_of_another_partition_is_blamed() {
        forSeeds(Size.of("processSimulation.runs", 150, 6_000), seed -> new ProcessSimulation(seed).run());
    }
}
