package io.qbull.config;

import java.time.Duration;

/**
 * How many dead letters are kept.
 *
 * @param maxLength the most dead letters of a partition; 0 = any number
 * @param maxAge how long a dead letter is kept; zero = until a person removes it
 */
public record DeadLimits(int maxLength, Duration maxAge) {
    /** Everything is kept. */
    public static final DeadLimits NONE = new DeadLimits(0, Duration.ZERO);

    /**
     * @throws IllegalArgumentException if a value breaks its rule
     */
    public DeadLimits {
        Rule.between("deadMaxLength", maxLength, 0, Integer.MAX_VALUE);
        Rule.atLeast("deadMaxAge", maxAge, Duration.ZERO);
    }
}
