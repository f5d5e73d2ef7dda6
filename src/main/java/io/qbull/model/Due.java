package io.qbull.model;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;

/** The earliest time at which a job may run, by the clock of Redis. */
public sealed interface Due {
    /** The longest delay. */
    Duration LONGEST = Duration.ofDays(366);

    /**
     * @param now the time
     * @return the rule that the due time breaks; empty if none
     */
    String broken(Instant now);

    /**
     * @param text a delay: {@code PT10M}, {@code 10m} (ms, s, m, h, d) or a number of milliseconds
     * @throws IllegalArgumentException if the text is not a delay; the message does not contain the text
     */
    static In in(String text) {
        Duration delay = DurationText.orMillis(text);
        if (delay == null) {
            throw new IllegalArgumentException("a delay must be like PT10M or 10m, or a number of milliseconds");
        }
        return new In(delay);
    }

    /**
     * @param text a time of RFC 3339: {@code 2026-11-24T08:00:00Z}
     * @throws IllegalArgumentException if the text is not a time; the message does not contain the text
     */
    static At at(String text) {
        try {
            return new At(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("a time must be like 2026-11-24T08:00:00Z", e);
        }
    }

    /**
     * A delay.
     *
     * @param delay counted from when Redis takes the job; zero = at once
     */
    record In(Duration delay) implements Due {
        @Override
        public String broken(Instant now) {
            return delay.isNegative() || delay.compareTo(LONGEST) > 0
                    ? "delay (" + delay + ") must be " + Duration.ZERO + " to " + LONGEST
                    : "";
        }
    }

    /**
     * A time.
     *
     * @param time a time in the past = at once
     */
    record At(Instant time) implements Due {
        @Override
        public String broken(Instant now) {
            return time.isAfter(now.plus(LONGEST)) ? "at (" + time + ") must be at most " + LONGEST + " from now" : "";
        }
    }
}
