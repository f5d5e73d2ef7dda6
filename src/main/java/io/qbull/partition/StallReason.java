package io.qbull.partition;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How long a pump has not moved, and why. Written on the event loop; read from any thread. */
final class StallReason {
    private volatile StallCause cause = StallCause.IDLE;
    private volatile long since;
    private volatile long pauseEnds;
    /** The partition stood still before this pump began. */
    private boolean continued;

    /** A job has left the partition, or its place before others. */
    void moved(long now) {
        since = now;
    }

    /** The partition has stood still since then, under earlier leases. */
    void continueFrom(long then) {
        since = then;
        continued = true;
    }

    /**
     * @return since when it has stood still, on the clock of the event loop; null if no job is known to wait, or if it is paused
     */
    @Nullable
    Long standingSince() {
        return cause.welcome() ? null : (Long) since;
    }

    /** When the first pause ends, on the clock of the event loop. */
    void pauseEnds(long end) {
        pauseEnds = end;
    }

    /** Why no job starts from now on. A pump that was idle or paused is measured anew. */
    void set(StallCause next, long now) {
        if (cause.welcome() && !continued) {
            since = now;
        }
        continued = false;
        cause = next;
    }

    /**
     * @param limit how long the pump may stand still
     * @param now on the clock of the event loop
     * @param awaited what all jobs wait for that were given to the workers; null if a worker has one
     * @param oldest when the job began that has run for the longest time; null if none runs
     * @return one line if it has stood still for longer, else empty
     */
    String longerThan(Duration limit, long now, @Nullable String awaited, @Nullable Long oldest) {
        // Read the cause first: it is written last.
        StallCause known = awaited != null && cause == StallCause.JOB_RUNNING ? StallCause.NOT_TAKEN : cause;
        long nanos = now - since;
        if (known.welcome() || nanos <= limit.toNanos()) {
            // Others may pass a job that hangs.
            long running = oldest == null ? 0 : now - oldest;
            return running > limit.toNanos() ? "has run a job for " + seconds(running) + " s" : "";
        }
        String line = "has not moved for " + seconds(nanos) + " s: " + known.text;
        return switch (known) {
            case NOT_TAKEN -> line + awaited;
            case RETRY_PAUSE -> line + " in " + seconds(Math.max(0, pauseEnds - now)) + " s";
            default -> line;
        };
    }

    private static long seconds(long nanos) {
        return nanos / 1_000_000_000;
    }
}
