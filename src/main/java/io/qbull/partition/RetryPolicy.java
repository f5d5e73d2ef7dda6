package io.qbull.partition;

import io.qbull.config.PumpSettings;
import java.time.Duration;

/** Decides what becomes of a failed job. A pure function. */
final class RetryPolicy {
    private RetryPolicy() {}

    /** What becomes of a failed job. */
    sealed interface Next {
        /** It runs again, in its place, after the pause. */
        record Retry(Duration pause) implements Next {}

        /** It leaves for the dead-letter stream. */
        record Bury() implements Next {}
    }

    static Next afterFailure(PumpSettings settings, int failedAttempts) {
        return failedAttempts >= settings.maxAttempts() ? new Next.Bury() : new Next.Retry(settings.backoff());
    }
}
