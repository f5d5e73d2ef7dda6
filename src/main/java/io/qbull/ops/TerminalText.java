package io.qbull.ops;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Pieces of what a terminal shows. */
public final class TerminalText {
    private TerminalText() {}

    /**
     * @param millis a time; null if it is not known
     * @return the time to the second, or a dash
     */
    public static String time(@Nullable Long millis) {
        return millis == null
                ? "-"
                : Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /**
     * Adds {@code ", COUNT WHAT"} to a sentence, unless the count is 0.
     *
     * @param sentence so far
     * @param count how many
     * @param what the rest of the clause
     */
    public static void clause(StringBuilder sentence, long count, String what) {
        if (count > 0) {
            sentence.append(", ").append(count).append(' ').append(what);
        }
    }
}
