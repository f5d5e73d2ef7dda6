package io.qbull.partition;

import io.qbull.config.RetrySettings;
import io.qbull.model.Attempts;
import io.qbull.model.Failure;
import io.qbull.model.WhenExhausted;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** Decides what becomes of a failed job. */
final class RetryPolicy {
    /** The share of a pause that jitter may leave out: jobs that failed together do not all come back together. */
    private static final double JITTER = 0.2;

    private final RetrySettings settings;
    private final RandomGenerator random;

    RetryPolicy(RetrySettings settings, RandomGenerator random) {
        this.settings = settings;
        this.random = random;
    }

    /** What becomes of a failed job. */
    sealed interface Next {
        /** It runs again after the pause, and its key waits for it. */
        record Retry(Duration pause) implements Next {}

        /** It moves to the dead-letter stream. */
        record Bury() implements Next {}

        /** Its key waits until a person asks. */
        record Hold() implements Next {}
    }

    /**
     * @param failure of the last run
     * @param failedAttempts how often the job has failed, that run included
     */
    Next afterFailure(Failure failure, int failedAttempts) {
        if (failure.course() == Failure.Course.BURY) {
            return new Next.Bury();
        }
        if (failure.course() == Failure.Course.RETRY && failedAttempts < settings.maxAttempts()) {
            return new Next.Retry(pause(failedAttempts));
        }
        return settings.whenExhausted() == WhenExhausted.BURY ? new Next.Bury() : new Next.Hold();
    }

    /** Whether a job has no attempt left before it runs, for example because the previous owner allowed more. */
    boolean spent(Attempts attempts) {
        return settings.whenExhausted() == WhenExhausted.BURY && attempts.failed() >= settings.maxAttempts();
    }

    /** Whether a suspect has taken down too many processes. The crash that made it a suspect is not counted yet. */
    boolean deadly(Attempts attempts) {
        return attempts.crashed() > 0 && attempts.crashed() + 1 >= settings.maxCrashes();
    }

    private Duration pause(int failedAttempts) {
        double grown = settings.backoff().toNanos() * Math.pow(settings.multiplier(), failedAttempts - 1);
        double longest = Math.min(grown, (double) settings.maxBackoff().toNanos());
        return Duration.ofNanos((long) (longest * (1 - JITTER * random.nextDouble())));
    }
}
