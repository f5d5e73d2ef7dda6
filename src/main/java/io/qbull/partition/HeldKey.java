package io.qbull.partition;

import io.qbull.model.why.OwnerReport.WaitingKey;
import io.qbull.store.HeldJobs.Advance;
import org.jspecify.annotations.Nullable;

/**
 * A key whose jobs do not run from the stream. {@link HeldKeys} changes its place in line; the parts of the pump set only whether its
 * first job is a suspect. On the event loop.
 */
final class HeldKey {
    /** The key itself. */
    final String name;

    State state = State.FREE;
    /** Commands under way that touch its jobs: none of them starts meanwhile. */
    int pending;
    /** When its pause ends, on the clock of the event loop. Set while WAITING. */
    long due;
    /** Orders keys that are due at the same time. */
    final long number;
    /** It leaves the partition for a resize. */
    boolean leaving;
    /** Its first job may have killed the process of the previous owner. */
    boolean suspect;
    /** Its first job; null while that is unknown. */
    Advance.@Nullable Next head;
    /** Jobs that ran since it got its turn. */
    int turns;
    /** Jobs have come behind its first one since that was read: that there is no next one is known only by another look. */
    boolean grown;
    /** Jobs of it that were read stay in the stream and were forgotten: it runs from there only when the stream is read again. */
    boolean passed;
    /** The failure that it waits for; null if this pump has not seen it. */
    private @Nullable WaitingKey failure;
    /** Counts it while its first job retries; null while it does not. */
    private FailureLog.@Nullable Tally retrying;

    /** What a key waits for. */
    enum State {
        /** For a command: none of its jobs is held. */
        FREE,
        /** For the pause of its first job. */
        WAITING,
        /** For a person. */
        BLOCKED,
        /** For its turn. */
        READY,
        /** For the job that runs. */
        RUNNING
    }

    /** No command touches it, and none of its jobs runs. */
    boolean free() {
        return pending == 0 && state != State.RUNNING;
    }

    /** Redis knows that it is held: none of its jobs in the stream has been started. */
    boolean recorded() {
        return state != State.FREE;
    }

    /** Its first job retries for this cause; null if it does not retry. */
    void retries(FailureLog.@Nullable Tally cause) {
        if (retrying != null) {
            retrying.leave();
        }
        retrying = cause;
        failure = null;
        if (cause != null) {
            cause.enter();
        }
    }

    /** Its first job has failed. */
    void failed(String job, int attempts, String reason) {
        failure = new WaitingKey(name, job, attempts, reason, null);
    }

    /** What it waits for, for people. */
    WaitingKey waiting() {
        return failure == null ? new WaitingKey(name, null, 0, "", null) : failure;
    }

    HeldKey(String name, long number) {
        this.name = name;
        this.number = number;
    }
}
