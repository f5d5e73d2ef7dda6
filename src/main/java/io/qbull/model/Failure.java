package io.qbull.model;

import org.jspecify.annotations.Nullable;

/**
 * Why a run of a job failed, for the log and the dead letter. Contains no payload.
 *
 * @param reason one line
 * @param exception class name of the exception; empty if there was none
 * @param course what the handler says about another run
 * @param cause a few words that failures for the same cause share, such as {@code ConnectException 10.0.0.7:8080}; the log counts by it
 * @param retryAfter before which another run is not wanted; null if nobody has said so
 */
public record Failure(
        String reason,
        String exception,
        Course course,
        String cause,
        @Nullable Due retryAfter) {
    /** What a handler says about another run. */
    public enum Course {
        /** The cause may pass by itself: for some time the job runs again without using an attempt up. */
        PASSES,
        /** It may help: the job runs again until its attempts are exhausted. */
        RETRY,
        /** It does not help: the job is buried, whatever the setting for exhausted jobs says. */
        BURY
    }

    /**
     * A failure that names no time for another run.
     *
     * @param reason one line
     * @param exception class name of the exception; empty if there was none, and then the reason is the cause
     * @param course what the handler says about another run
     */
    public Failure(String reason, String exception, Course course) {
        this(reason, exception, course, exception.isEmpty() ? reason : exception, null);
    }

    /**
     * @param reason one line
     * @return a failure after which another run may help
     */
    public static Failure of(String reason) {
        return new Failure(reason, "", Course.RETRY);
    }
}
