package io.qbull.partition;

import io.qbull.store.HeldJobs.Advance;
import org.jspecify.annotations.Nullable;

/** A key whose jobs do not run from the stream. Changed by {@link HeldKeys} alone. */
final class HeldKey {
    final String key;
    State state = State.FREE;
    /** Scripts under way that touch its jobs: none of them starts meanwhile. */
    int pending;
    /** On the clock of the event loop, while it waits. */
    long due;
    /** Tells keys apart that are due at the same time. */
    final long number;
    /** Its first job may have killed the process of the owner before. */
    boolean suspect;
    /** Its first job, while it is known. */
    Advance.@Nullable Next head;
    /** Jobs that ran since it got its turn. */
    int turns;

    /** What it waits for. */
    enum State {
        /** For a script: nothing of it is held. */
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

    /** No script touches it, and no job of it runs. */
    boolean free() {
        return pending == 0 && state != State.RUNNING;
    }

    HeldKey(String key, long number) {
        this.key = key;
        this.number = number;
    }
}
