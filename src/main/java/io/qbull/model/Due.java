package io.qbull.model;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** When a job may run at the earliest. Redis's clock counts. */
public sealed interface Due {
    /** No job waits longer for its time. */
    Duration LONGEST = Duration.ofDays(366);

    /**
     * @param now the time
     * @return the rule that this time breaks; empty if none
     */
    String broken(Instant now);

    /**
     * @param text a delay: {@code PT10M}, {@code 10m} (ms, s, m, h, d) or a number of milliseconds
     * @throws IllegalArgumentException if it is none; the message does not hold the text
     */
    static In in(String text) {
        Matcher brief = In.SHORT.matcher(text);
        try {
            if (!brief.matches()) {
                return new In(Duration.parse(text));
            }
            long amount = Long.parseLong(brief.group(1));
            return new In(
                    switch (String.valueOf(brief.group(2))) {
                        case "s" -> Duration.ofSeconds(amount);
                        case "m" -> Duration.ofMinutes(amount);
                        case "h" -> Duration.ofHours(amount);
                        case "d" -> Duration.ofDays(amount);
                        default -> Duration.ofMillis(amount);
                    });
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("a delay must be like PT10M or 10m, or a number of milliseconds", e);
        }
    }

    /**
     * @param text a time of RFC 3339: {@code 2026-11-24T08:00:00Z}
     * @throws IllegalArgumentException if it is none; the message does not hold the text
     */
    static At at(String text) {
        try {
            return new At(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("a time must be like 2026-11-24T08:00:00Z", e);
        }
    }

    /**
     * @param delay from when Redis takes the job; zero = at once
     */
    record In(Duration delay) implements Due {
        private static final Pattern SHORT = Pattern.compile("(\\d{1,12})(ms|s|m|h|d)?");

        @Override
        public String broken(Instant now) {
            return delay.isNegative() || delay.compareTo(LONGEST) > 0
                    ? "delay (" + delay + ") must be " + Duration.ZERO + " to " + LONGEST
                    : "";
        }
    }

    /**
     * @param time a time that is past = at once
     */
    record At(Instant time) implements Due {
        @Override
        public String broken(Instant now) {
            return time.isAfter(now.plus(LONGEST)) ? "at (" + time + ") must be at most " + LONGEST + " from now" : "";
        }
    }
}
