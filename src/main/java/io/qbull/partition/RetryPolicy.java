package io.qbull.partition;

import io.qbull.config.RetrySettings;
import io.qbull.model.Attempts;
import io.qbull.model.Failure.Course;
import io.qbull.model.WhenExhausted;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Decides what becomes of a failed job, and which failures use an attempt up. */
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
     * What is to be put on record.
     *
     * @param next what becomes of the job
     * @param attempts the job's, the failure included
     */
    record Verdict(Next next, Attempts attempts) {}

    /**
     * @param course what the handler says about another run
     * @param wait before which the handler wants no other run; null if it names no time
     * @param before the job's attempts before the run that failed
     */
    Verdict afterFailure(Course course, @Nullable Duration wait, Attempts before) {
        int failed = before.failed() + 1;
        int counted = before.counted() + (counts(course, wait, before) ? 1 : 0);
        Attempts now = new Attempts(failed, 0, 0, before.change() + 1, counted, before.failingFor());
        if (course == Course.BURY) {
            return new Verdict(new Next.Bury(), now);
        }
        if (!exhausted(now)) {
            return new Verdict(new Next.Retry(wait == null ? pause(failed) : max(wait, settings.backoff())), now);
        }
        return new Verdict(settings.whenExhausted() == WhenExhausted.BURY ? new Next.Bury() : new Next.Hold(), now);
    }

    /** Whether the failure uses an attempt up. */
    private boolean counts(Course course, @Nullable Duration wait, Attempts before) {
        if (settings.retryFor().isZero() || (wait == null && course != Course.PASSES)) {
            return true;
        }
        boolean overdue = before.failingFor().compareTo(settings.retryFor()) >= 0;
        return wait == null && overdue;
    }

    private boolean exhausted(Attempts attempts) {
        return settings.maxAttempts() > 0 && attempts.counted() >= settings.maxAttempts();
    }

    /** Whether a job has no attempt left before it runs, for example because the previous owner allowed more. */
    boolean spent(Attempts attempts) {
        return settings.whenExhausted() == WhenExhausted.BURY && exhausted(attempts);
    }

    /** Whether a suspect has taken down too many processes. The crash that made it a suspect is not counted yet. */
    boolean deadly(Attempts attempts) {
        return attempts.crashed() > 0 && attempts.crashed() + 1 >= settings.maxCrashes();
    }

    /** A receiver that names no time to speak of would otherwise be asked again without a pause. */
    private static Duration max(Duration wait, Duration least) {
        return wait.compareTo(least) > 0 ? wait : least;
    }

    private Duration pause(int failedAttempts) {
        double grown = settings.backoff().toNanos() * Math.pow(settings.multiplier(), failedAttempts - 1);
        double longest = Math.min(grown, (double) settings.maxBackoff().toNanos());
        return Duration.ofNanos((long) (longest * (1 - JITTER * random.nextDouble())));
    }
}
