package io.qbull.model;

/**
 * How often a job has failed or crashed. Stored with the job, so that it survives crashes and changes of owner.
 *
 * @param failed failed runs, 0 or more
 * @param crashed runs as a crash suspect during which the process died, 0 or more; back to zero once a run ends
 */
public record Attempts(int failed, int crashed) {
    /** A job that has never run. */
    public static final Attempts NONE = new Attempts(0, 0);
}
