package io.qbull.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * How long a test waits for what must happen. A wait that is fulfilled ends at once, so the limit costs nothing; it is far above what
 * any machine needs, because virtual machines stand still for tens of seconds without the tests being wrong. JUnit finds it as a
 * service and makes it Awaitility's default, therefore tests write no limits of their own.
 */
public final class Patience implements BeforeAllCallback {
    /** For waits that are not Awaitility's. */
    public static final Duration LIMIT = Duration.ofMinutes(5);

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultTimeout(LIMIT);
    }
}
