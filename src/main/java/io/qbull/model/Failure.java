package io.qbull.model;

/**
 * Why a run of a job failed, for log and dead letter; without payload.
 *
 * @param reason one line
 * @param exception name of the exception's class; empty if there was none
 * @param course what the handler knows about trying again
 */
public record Failure(String reason, String exception, Course course) {
    /** What a handler knows about trying again. */
    public enum Course {
        /** It may help: the job runs again until its attempts are used up. */
        RETRY,
        /** It does not help: the job has used up its attempts. */
        GIVE_UP,
        /** It does not help, and the job may go: it is buried, whatever becomes of jobs that have used up their attempts. */
        BURY
    }

    /**
     * @param reason one line
     * @return a failure that may pass
     */
    public static Failure of(String reason) {
        return new Failure(reason, "", Course.RETRY);
    }
}
