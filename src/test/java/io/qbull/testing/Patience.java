package io.qbull.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.pollinterval.IterativePollInterval;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * How long a test waits for what must happen. A wait ends as soon as its condition is met, so a high limit costs nothing. It is far
 * above what any machine needs, because a virtual machine may be paused for tens of seconds. JUnit loads this class as a service,
 * which makes it Awaitility's default, so tests set no limits of their own. {@code -Dqbull.patience=SECONDS} is for a
 * test that is expected to fail, as when a mutant of the code is tried.
 */
public final class Patience implements BeforeAllCallback {
    /** For waits without Awaitility. */
    public static final Duration LIMIT = Duration.ofSeconds(Integer.getInteger("qbull.patience", 300));

    private static final Duration FIRST_LOOKS = Duration.ofMillis(10);
    private static final Duration LATER_LOOKS = Duration.ofMillis(100);

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultTimeout(LIMIT);
        // Most conditions are met soon, and Awaitility's own delay before the first look adds up over a thousand waits.
        Awaitility.setDefaultPollDelay(Duration.ZERO);
        Awaitility.setDefaultPollInterval(IterativePollInterval.iterative(Patience::twice, FIRST_LOOKS));
    }

    private static Duration twice(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(LATER_LOOKS) < 0 ? twice : LATER_LOOKS;
    }
}
