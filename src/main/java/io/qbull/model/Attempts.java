package io.qbull.model;

/**
 * How often a job has failed or crashed. Stored with the job, so that it survives crashes and changes of owner.
 *
 * <p>Each change of this record has the next number, and Redis carries out a command that changes it only if the number of its change
 * is greater than the recorded one: a command that arrives late undoes nothing that was decided after it.
 *
 * @param failed failed runs, 0 or more
 * @param crashed runs as the only crash suspect of its process during which the process died, 0 or more; back to zero once a run ends
 * @param doubled how often its patience as a crash suspect has doubled, 0 or more; back to zero once a run ends
 * @param change the number of the last change; 0 if there was none
 */
public record Attempts(int failed, int crashed, int doubled, int change) {
    /** A job that has never run. */
    public static final Attempts NONE = new Attempts(0, 0, 0, 0);

    /**
     * @return the record of a suspect that starts alone: if the process dies, the suspect was the cause
     */
    public Attempts withCrash() {
        return new Attempts(failed, crashed + 1, doubled, change + 1);
    }

    /**
     * @param lastChange the number of the last change
     * @return the record of a suspect that does not run alone: if the process dies, it is not known why, and the suspect may run alone
     *     for longer the next time
     */
    public Attempts withoutBlame(int lastChange) {
        return new Attempts(failed, crashed, doubled + 1, lastChange + 1);
    }
}
