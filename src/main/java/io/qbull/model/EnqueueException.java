package io.qbull.model;

/** A job was not added, or its outcome is unknown. The message names no server, so that callers outside may see it. */
public final class EnqueueException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final Kind kind;

    /**
     * @param kind what the caller can do about it
     * @param message what happened, one line
     */
    public EnqueueException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /**
     * @return what the caller can do
     */
    public Kind kind() {
        return kind;
    }

    /** What the caller of a failed enqueue can do. */
    public enum Kind {
        /** The job breaks a rule; it was not added and never will be. */
        INVALID,
        /** Redis takes no more data; the job was not added. Try again later. */
        FULL,
        /** The partition has {@code maxBacklog} jobs already; the job was not added. Try again later. */
        CROWDED,
        /** The queue takes no new jobs, because a person drains it; the job was not added. Try again later. */
        DRAINING,
        /** Redis is unreachable; the job was not added. Try again later. */
        UNAVAILABLE,
        /** No answer came in time: the job may have been added or may still be. A repeat with the same job id is safe. */
        UNKNOWN,
        /** A person must act on the server's configuration; the job was not added. */
        MISCONFIGURED
    }
}
