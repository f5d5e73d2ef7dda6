package io.qbull.app.redis;

/** The embedded Redis is not available. The message is one line for the terminal and says what to do. */
public final class RedisFailure extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what happened and what helps
     */
    public RedisFailure(String message) {
        super(message);
    }

    /**
     * @param message what happened and what helps
     * @param cause why
     */
    public RedisFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
