package io.qbull.partition;

import java.time.Duration;

/** Since when a pump has not moved, and why. Written on the event loop; read from any thread. */
final class StallReason {
    private volatile Cause cause = Cause.NONE;
    private volatile long since;
    private volatile long pauseEnds;

    /** What a partition waits for before its first job is done and gone. */
    enum Cause {
        /** Nothing: it has no job that is known. */
        NONE,
        /** A job runs. */
        JOB,
        /** All its jobs wait behind failed ones that run again later. */
        PAUSE,
        /** All its jobs wait behind failed ones that run again when a person asks. */
        HELD,
        /** A command got no answer yet. */
        ANSWER,
        /** No thread could be had for its job. */
        THREAD,
        /** Its lease is not renewed. */
        TRUST
    }

    /** A job has left the partition, or a place before others. */
    void moved(long now) {
        since = now;
    }

    void pause(long end) {
        pauseEnds = end;
    }

    /** What is waited for from now on. */
    void now(Cause next, long now) {
        if (cause == Cause.NONE) {
            since = now;
        }
        cause = next;
    }

    /**
     * @param now on the clock of the event loop
     * @param limit how long it may stand still
     * @return one line if it has stood still for longer, else empty
     */
    String longerThan(Duration limit, long now) {
        // First the cause: it is written last.
        Cause known = cause;
        long nanos = now - since;
        if (known == Cause.NONE || nanos <= limit.toNanos()) {
            return "";
        }
        return "has not moved for " + seconds(nanos) + " s: "
                + switch (known) {
                    case NONE -> "";
                    case JOB -> "a job runs";
                    case PAUSE -> "a failed job runs again in " + seconds(Math.max(0, pauseEnds - now)) + " s";
                    case HELD -> "its keys wait until a person retries or drops their failed jobs";
                    case ANSWER -> "Redis has not answered a command";
                    case THREAD -> "no thread could be had for its job";
                    case TRUST -> "its lease is not renewed";
                };
    }

    private static long seconds(long nanos) {
        return nanos / 1_000_000_000;
    }
}
