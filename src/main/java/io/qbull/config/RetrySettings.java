package io.qbull.config;

import io.qbull.model.WhenExhausted;
import java.time.Duration;

/**
 * What becomes of jobs that do not succeed. The pause after the nth failure is {@code backoff * multiplier^(n-1)}, at most {@code
 * maxBackoff}; up to a fifth of it is left out at random.
 *
 * @param maxAttempts failures that count before a job's attempts are used up, 1 to 1,000,000; 0 = they are never used up
 * @param retryFor how long, from the job's first failure, failures that may pass by themselves do not count; zero = all count
 * @param backoff pause after the first failure
 * @param multiplier by which the pause grows with each failure, 1 to 100
 * @param maxBackoff the longest pause, {@code backoff} or more
 * @param whenExhausted what becomes of a job that has used up its attempts
 * @param maxCrashes how many processes a job may crash before it is buried, 2 to 1,000,000: after the first crash it is not yet
 *     known which job it was
 * @param jobTimeout after which a run counts as failed; zero = never
 */
public record RetrySettings(
        int maxAttempts,
        Duration retryFor,
        Duration backoff,
        double multiplier,
        Duration maxBackoff,
        WhenExhausted whenExhausted,
        int maxCrashes,
        Duration jobTimeout) {
    /**
     * @throws IllegalArgumentException if a value breaks its rule
     */
    public RetrySettings {
        Rule.between("maxAttempts", maxAttempts, 0, 1_000_000);
        Rule.atLeast("retryFor", retryFor, Duration.ZERO);
        Rule.atLeast("backoff", backoff, Duration.ZERO);
        Rule.between("backoffMultiplier", multiplier, 1, 100);
        Rule.holds(
                maxBackoff.compareTo(backoff) >= 0,
                "maxBackoff (" + maxBackoff + ") must be at least backoff (" + backoff + ")");
        Rule.between("maxCrashes", maxCrashes, 2, 1_000_000);
        Rule.atLeast("jobTimeout", jobTimeout, Duration.ZERO);
    }
}
