package io.qbull.partition;

import io.qbull.model.why.OwnerReport;
import io.qbull.model.why.OwnerReport.Kind;
import io.qbull.model.why.OwnerReport.WaitingKey;
import io.qbull.model.why.RunningJob;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How long a pump has not moved, and why. Written on the event loop; read from any thread. */
final class StallReason {
    private volatile StallCause cause = StallCause.IDLE;
    private volatile long since;
    private volatile long pauseEnds;
    private volatile @Nullable WaitingKey first;
    private volatile boolean othersWait;
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

    /**
     * The held key that runs first, or one that waits for a person if none does.
     *
     * @param key the key; null if none is held
     * @param end when its pause ends, on the clock of the event loop
     */
    void held(@Nullable WaitingKey key, long end) {
        pauseEnds = end;
        first = key;
    }

    /** Whether other jobs wait for those that run to end. */
    void othersWait(boolean wait) {
        othersWait = wait;
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
     * @param jobs those that were given to the workers
     * @return what it waits for if it has stood still for longer, or if a job has run for longer; else null
     */
    @Nullable
    OwnerReport longerThan(Duration limit, long now, Jobs jobs) {
        // Read the cause first: it is written last.
        StallCause known = jobs.awaited != null && cause == StallCause.JOB_RUNNING ? StallCause.NOT_TAKEN : cause;
        Duration stood = Duration.ofNanos(now - since);
        RunningJob oldest = jobs.oldest;
        if (known.welcome() || stood.compareTo(limit) <= 0) {
            // Others may pass a job that hangs.
            return oldest == null || oldest.ran().compareTo(limit) <= 0
                    ? null
                    : new OwnerReport(Kind.JOB, "", Duration.ZERO, oldest, jobs.running, false, null);
        }
        boolean about = known == StallCause.NOT_TAKEN || known == StallCause.JOB_RUNNING;
        boolean waits =
                known == StallCause.JOB_RUNNING ? othersWait : known.kind().due();
        return new OwnerReport(
                known.kind(),
                text(known, jobs),
                stood,
                about ? oldest : null,
                jobs.running,
                waits,
                waiting(known, now));
    }

    private static String text(StallCause known, Jobs jobs) {
        if (known == StallCause.SUSPECT_ELSEWHERE && !jobs.suspect.isEmpty()) {
            return jobs.suspect + ", which may have crashed a process, runs first";
        }
        return known == StallCause.NOT_TAKEN ? String.valueOf(jobs.awaited) : known.text;
    }

    private @Nullable WaitingKey waiting(StallCause known, long now) {
        WaitingKey key = first;
        if (key == null || known.kind().due()) {
            return null;
        }
        Duration left = known == StallCause.KEYS_HELD ? null : Duration.ofNanos(Math.max(0, pauseEnds - now));
        return new WaitingKey(key.key(), key.job(), key.attempts(), key.reason(), left);
    }

    /**
     * The jobs that were given to the workers.
     *
     * @param awaited what all of them wait for; null if a worker has one
     * @param oldest see {@link OwnerReport#job}
     * @param running how many there are
     * @param suspect names the crash suspect of another partition that runs first; empty if it is not known
     */
    record Jobs(@Nullable String awaited, @Nullable RunningJob oldest, int running, String suspect) {}
}
