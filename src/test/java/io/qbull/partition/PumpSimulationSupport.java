package io.qbull.partition;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.Random;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.slf4j.LoggerFactory;

/** Runs a {@link PumpSimulation} for many seeds. {@code -Dseed=} replays one. */
abstract class PumpSimulationSupport {
    private static final Logger LOG = (Logger) LoggerFactory.getLogger(PartitionPump.class.getPackageName());

    /** A line for each simulated failure would hide all other lines of a build. */
    @BeforeAll
    static void silence() {
        LOG.setLevel(Level.ERROR);
    }

    @AfterAll
    static void speak() {
        LOG.setLevel(null);
    }

    static void forSeeds(int runs, LongConsumer run) {
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
