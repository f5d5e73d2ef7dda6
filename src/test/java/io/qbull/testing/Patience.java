package io.qbull.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * How long a test waits for what must happen. A wait ends as soon as its condition is met, so a high limit costs nothing. It is far
 * above what any machine needs, because a virtual machine may be paused for tens of seconds. JUnit loads this class as a service,
 * which makes it Awaitility's default, so tests set no limits of their own.
 */
public final class Patience implements BeforeAllCallback {
    /** For waits without Awaitility. */
    public static final Duration LIMIT = Duration.ofMinutes(5);

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultTimeout(LIMIT);
    }
}
