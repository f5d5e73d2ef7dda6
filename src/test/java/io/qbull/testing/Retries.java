package io.qbull.testing;

import io.qbull.config.RetrySettings;
import io.qbull.model.WhenExhausted;
import java.time.Duration;

/** Retry settings for tests: pauses of equal length. */
public final class Retries {
    private Retries() {}

    /**
     * @param maxAttempts runs before a job is buried
     * @param backoff each pause, up to a fifth less
     * @return the settings
     */
    public static RetrySettings of(int maxAttempts, Duration backoff) {
        return new RetrySettings(maxAttempts, Duration.ZERO, backoff, 1, backoff, WhenExhausted.BURY, 5, Duration.ZERO);
    }
}
