package io.qbull.partition;

/** Where a pump is in its life. The package comment draws the moves. */
enum PumpState {
    /** Which keys are held, or how far a resize is, is not known yet: entries are fetched, no job starts. */
    LOADING,
    /** Jobs run. */
    RUNNING,
    /** No job starts; the one in flight ends and is committed. */
    DRAINING,
    /** The lease is lost: whatever still runs, its result is ignored. */
    ABANDONED,
    /** Nothing runs any more. */
    CLOSED;

    boolean mayBecome(PumpState next) {
        return switch (this) {
            case LOADING -> next == RUNNING || next == DRAINING || next == ABANDONED;
            case RUNNING -> next == DRAINING || next == ABANDONED;
            case DRAINING -> next == ABANDONED || next == CLOSED;
            case ABANDONED -> next == CLOSED;
            case CLOSED -> false;
        };
    }

    /** Whether the pump takes jobs from the stream. */
    boolean open() {
        return this == LOADING || this == RUNNING;
    }

    /** Whether the lease is still this pump's, as far as it knows. */
    boolean owns() {
        return open() || this == DRAINING;
    }
}
