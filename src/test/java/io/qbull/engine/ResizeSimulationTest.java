package io.qbull.engine;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.qbull.config.RedisSettings;
import io.qbull.store.Store;
import io.qbull.testing.Patience;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import io.qbull.testing.Size;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;

/** {@link ResizeSimulation} for many seeds. {@code -Dseed=} replays one. */
@Tag("redis")
class ResizeSimulationTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final Logger LOG = (Logger) LoggerFactory.getLogger("io.qbull");
    private static final @Nullable Level USUAL = LOG.getLevel();

    /** The lines about simulated failures would hide all others of a build. */
    @BeforeAll
    static void silence() {
        LOG.setLevel(Level.ERROR);
    }

    @AfterAll
    static void speak() {
        LOG.setLevel(USUAL);
    }

    @Test
    void nothing_is_lost_doubled_or_out_of_order_while_a_queue_is_resized() {
        Store store = REDIS.store(new RedisSettings(REDIS.settings().uri(), Patience.LIMIT));
        Long given = Long.getLong("seed");
        long first = given != null ? given : new Random().nextLong();
        int runs = given != null ? 1 : Size.of("resizeSimulation.runs", 3, 60);
        try (Resp resp = REDIS.server().connect()) {
            for (long seed = first; seed < first + runs; seed++) {
                resp.call("FLUSHALL");
                try {
                    new ResizeSimulation(seed, store, resp, List.of(2, 3, 1, 4)).run();
                } catch (AssertionError | RuntimeException e) {
                    throw new AssertionError("replay with -Dseed=" + seed + ": " + e.getMessage(), e);
                }
            }
        }
    }
}
