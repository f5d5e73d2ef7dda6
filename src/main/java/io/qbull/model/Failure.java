package io.qbull.model;

/**
 * Why a run of a job failed, for the log and the dead letter. Contains no payload.
 *
 * @param reason one line
 * @param exception class name of the exception; empty if there was none
 * @param course what the handler says about another run
 */
public record Failure(String reason, String exception, Course course) {
    /** What a handler says about another run. */
    public enum Course {
        /** It may help: the job runs again until its attempts are exhausted. */
        RETRY,
        /** It does not help: the job is treated as if its attempts were exhausted. */
        GIVE_UP,
        /** It does not help: the job is buried, whatever the setting for exhausted jobs says. */
        BURY
    }

    /**
     * @param reason one line
     * @return a failure after which another run may help
     */
    public static Failure of(String reason) {
        return new Failure(reason, "", Course.RETRY);
    }
}
