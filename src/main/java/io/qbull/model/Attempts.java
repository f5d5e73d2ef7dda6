package io.qbull.model;

/**
 * What a job has behind it. Kept with the job, so that crashes and changes of owner lose nothing.
 *
 * @param failed runs that ended in a failure, 0 or more
 * @param crashed cautious runs after which its process did not come back, 0 or more; zero again once a run has ended
 */
public record Attempts(int failed, int crashed) {
    /** Of a job that has never run. */
    public static final Attempts NONE = new Attempts(0, 0);
}
