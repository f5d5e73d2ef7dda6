package io.qbull.enqueue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.qbull.testing.Size;
import java.util.Random;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.slf4j.LoggerFactory;

/** Runs a simulation with one seed after another, from a random one on; a failure names its seed. */
abstract class SeededSimulation {
    private static final Logger LOG = (Logger) LoggerFactory.getLogger(Enqueuer.class.getPackageName());

    /** Trouble is all that happens here; the lines would only take time. */
    @BeforeAll
    static void silence() {
        LOG.setLevel(Level.OFF);
    }

    @AfterAll
    static void speakAgain() {
        LOG.setLevel(null);
    }

    /**
     * {@code -Dseed=N} replays one run.
     *
     * @param name names the number of runs, as {@link Size} does
     * @param small the number in every build
     * @param acceptance the number under the profile
     * @param run plays the run with a seed
     */
    static void play(String name, int small, int acceptance, LongConsumer run) {
        Long replayed = Long.getLong("seed");
        long first = replayed == null ? new Random().nextLong() : replayed;
        int runs = replayed == null ? Size.of(name, small, acceptance) : 1;
        for (long seed = first; seed < first + runs; seed++) {
            try {
                run.accept(seed);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("replay with -Dseed=" + seed, e);
            }
        }
    }
}
