package io.qbull.model.why;

import java.time.Duration;

/** Durations as people read them. Pure. */
public final class Span {
    private static final long MINUTE = 60;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private Span() {}

    /**
     * @param span zero or more
     * @return such as {@code 61 s}, {@code 12 min}, {@code 3 h} or {@code 4 days}, rounded down
     */
    public static String of(Duration span) {
        long seconds = Math.max(0, span.toSeconds());
        if (seconds < 10 * MINUTE) {
            return seconds + " s";
        }
        if (seconds < 2 * HOUR) {
            return seconds / MINUTE + " min";
        }
        return seconds < 2 * DAY ? seconds / HOUR + " h" : seconds / DAY + " days";
    }
}
