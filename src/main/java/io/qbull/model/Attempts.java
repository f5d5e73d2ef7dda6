package io.qbull.model;

import java.time.Duration;

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
 * @param counted the failed runs that used an attempt up, 0 or more
 * @param failingFor how long ago the first run failed, by the clock of Redis, when the job was read; zero if none has failed
 */
public record Attempts(int failed, int crashed, int doubled, int change, int counted, Duration failingFor) {
    /** A job that has never run. */
    public static final Attempts NONE = new Attempts(0, 0, 0, 0);

    /**
     * A job of which every failure used an attempt up, just now.
     *
     * @param failed failed runs
     * @param crashed crashes
     * @param doubled doublings of its patience
     * @param change number of the last change
     */
    public Attempts(int failed, int crashed, int doubled, int change) {
        this(failed, crashed, doubled, change, failed, Duration.ZERO);
    }

    /**
     * @param last the number of the last change
     * @return the same with that number
     */
    public Attempts withChange(int last) {
        return new Attempts(failed, crashed, doubled, last, counted, failingFor);
    }

    /**
     * @return the record of a suspect that starts alone: if the process dies, the suspect was the cause
     */
    public Attempts withCrash() {
        return new Attempts(failed, crashed + 1, doubled, change + 1, counted, failingFor);
    }

    /**
     * @param lastChange the number of the last change
     * @return the record of a suspect that does not run alone: if the process dies, it is not known why, and the suspect may run alone
     *     for longer the next time
     */
    public Attempts withoutBlame(int lastChange) {
        return new Attempts(failed, crashed, doubled + 1, lastChange + 1, counted, failingFor);
    }
}
