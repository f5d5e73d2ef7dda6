package io.qbull.it;

import java.time.Duration;

/**
 * A stretch of time by the clock of {@link Event}s.
 *
 * @param from its start
 * @param to its end, not before its start
 */
record Span(long from, long to) {
    Duration length() {
        return Duration.ofNanos(to - from);
    }

    /** How long both last at once. */
    Duration shared(Span other) {
        return Duration.ofNanos(Math.max(0, Math.min(to, other.to) - Math.max(from, other.from)));
    }
}
