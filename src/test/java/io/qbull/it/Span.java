package io.qbull.it;

import java.time.Duration;

/**
 * A period on the clock of {@link Event}s.
 *
 * @param from its start
 * @param to its end, not before its start
 */
record Span(long from, long to) {
    Duration length() {
        return Duration.ofNanos(to - from);
    }

    /** How long both periods overlap. */
    Duration shared(Span other) {
        return Duration.ofNanos(Math.max(0, Math.min(to, other.to) - Math.max(from, other.from)));
    }
}
