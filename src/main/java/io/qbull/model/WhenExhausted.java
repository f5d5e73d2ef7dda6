package io.qbull.model;

/** What becomes of a job that has used up its attempts. */
public enum WhenExhausted {
    /** It goes to the dead-letter stream, and the next job of its key runs. */
    BURY,
    /** It stays at the head of its key, which waits until a person retries or drops it; other keys go on. */
    HOLD_KEY
}
