package io.qbull.runtime;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Thins out log lines that repeat. Of each cause the first line is written at once; then at most one in ten seconds, which says how many
 * were left out since the one before. One limit serves one place that logs, or several that may tell of the same causes. Thread-safe.
 */
public final class LogLimit {
    /** Between two lines of a cause. */
    public static final Duration PERIOD = Duration.ofSeconds(10);

    /** So many causes are told apart within a period, because their texts may come from outside. */
    private static final int MOST_CAUSES = 20;

    private static final int LONGEST_CAUSE = 200;
    private static final String OTHERS = "other causes";

    private final LongSupplier clock;
    private final Map<String, Cause> causes = new HashMap<>();

    /** A cause that was logged within the period, or whose lines were left out since. */
    private static final class Cause {
        private long written;
        private long leftOut;

        Cause(long written) {
            this.written = written;
        }

        boolean over(long now) {
            return now - written >= PERIOD.toNanos();
        }

        /** Returns what the line that is written now says about those before it. */
        String write(long now) {
            long seconds = Duration.ofNanos(now - written).toSeconds();
            String text = leftOut == 0 ? "" : " (" + leftOut + " more in " + seconds + " s)";
            written = now;
            leftOut = 0;
            return text;
        }
    }

    /**
     * @param clock monotonic nanoseconds
     */
    public LogLimit(LongSupplier clock) {
        this.clock = clock;
    }

    /** A limit by the clock of the process, for code that has no event loop. */
    public LogLimit() {
        this(System::nanoTime);
    }

    /**
     * Writes a line, unless one for the same cause was written within the period.
     *
     * @param cause what repeated lines have in common
     * @param line writes the line and appends the text that it gets: how many were left out, or nothing
     * @return whether the line was written
     */
    public boolean log(String cause, Consumer<String> line) {
        String leftOut = admit(cause.length() > LONGEST_CAUSE ? cause.substring(0, LONGEST_CAUSE) : cause);
        if (leftOut != null) {
            line.accept(leftOut);
        }
        return leftOut != null;
    }

    /** Returns what the line is to say about those left out; null if it is left out itself. */
    private synchronized @Nullable String admit(String name) {
        long now = clock.getAsLong();
        if (!causes.containsKey(name) && causes.size() >= MOST_CAUSES) {
            causes.values().removeIf(cause -> cause.over(now));
        }
        String counted = causes.containsKey(name) || causes.size() < MOST_CAUSES ? name : OTHERS;
        Cause cause = causes.get(counted);
        if (cause == null) {
            causes.put(counted, new Cause(now));
            return "";
        }
        if (!cause.over(now)) {
            cause.leftOut++;
            return null;
        }
        return cause.write(now);
    }
}
