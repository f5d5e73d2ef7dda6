package io.qbull.model.why;

import io.qbull.model.Printable;
import java.time.Duration;

/**
 * A job that was given to a worker.
 *
 * @param id its id
 * @param key its key
 * @param attempt 1 for the first run
 * @param ran how long it has been running
 * @param thread name of the thread on which its handler is; empty if it has left that, or has none yet
 */
public record RunningJob(String id, String key, int attempt, Duration ran, String thread) {
    private static final int LONGEST = 60;

    /** Makes the texts safe to print, and not too long for a lease. */
    public RunningJob {
        id = Printable.of(id, LONGEST);
        key = Printable.of(key, LONGEST);
        thread = Printable.of(thread, LONGEST);
    }

    /**
     * @return such as {@code job J of key K}
     */
    public String name() {
        return JobCause.name(id, key);
    }
}
