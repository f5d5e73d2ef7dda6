package io.qbull.model;

/** What happens to a job whose attempts are exhausted. */
public enum WhenExhausted {
    /** It moves to the dead-letter stream, and the next job of its key runs. */
    BURY,
    /** It stays the first job of its key, which is held until a person retries or drops the job; other keys continue. */
    HOLD_KEY
}
