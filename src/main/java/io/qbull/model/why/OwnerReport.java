package io.qbull.model.why;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the owner of a partition knows that nobody else does: that the partition stands still, or that a job has been running for a
 * while, and why. The owner's health and log say it, and the owner puts it beside its lease for others.
 *
 * @param kind what the partition waits for
 * @param text the rest of the sentence, where the kind does not say it
 * @param stood how long nothing has moved; zero if only a job has been running for a while
 * @param job the job that has been running for the longest time, or waits for a worker; null if there is none
 * @param running how many jobs run
 * @param waits whether jobs are due that do not run
 * @param key the key that waits; null unless the kind is {@link Kind#PAUSE} or {@link Kind#PERSON}
 */
public record OwnerReport(
        Kind kind,
        String text,
        Duration stood,
        @Nullable RunningJob job,
        int running,
        boolean waits,
        @Nullable WaitingKey key) {

    /** What a partition waits for. */
    public enum Kind {
        /** For the end of a job. */
        JOB,
        /** For a worker; the text says for whom. */
        WORKER,
        /** For a crash suspect of another partition. */
        SUSPECT,
        /** For the pause after a failure. */
        PAUSE,
        /** For a person. */
        PERSON,
        /** For Redis. */
        REDIS,
        /** For jobs to be moved to other partitions. */
        RESIZE,
        /** For something that the text says. */
        OTHER;

        /**
         * @return whether jobs are due: time alone, or a person, is waited for otherwise
         */
        public boolean due() {
            return this != PAUSE && this != PERSON;
        }
    }

    /**
     * A key that waits after a failure.
     *
     * @param key the key
     * @param job the job that failed; null if the owner has not seen the failure
     * @param attempts how often it has failed; 0 if the owner has not seen it
     * @param reason of the last failure
     * @param dueIn time until it runs again; null = when a person asks
     */
    public record WaitingKey(
            String key,
            @Nullable String job,
            int attempts,
            String reason,
            @Nullable Duration dueIn) {}

    /**
     * @param pod the owner
     * @return the cause
     */
    public Cause cause(String pod) {
        RunningJob known = job;
        WaitingKey waiting = key;
        return switch (kind) {
            case JOB ->
                known == null
                        ? new OwnerCause.Standing("a job runs")
                        : new OwnerCause.JobRunning(pod, known, Math.max(0, running - 1));
            case WORKER -> new OwnerCause.NoWorker(known == null ? "its job" : known.name(), text);
            case SUSPECT -> new OwnerCause.SuspectElsewhere(text);
            case PAUSE, PERSON ->
                waiting == null
                        ? new OwnerCause.Standing(text)
                        : new JobCause.KeyHeld(
                                waiting.key(), waiting.job(), waiting.attempts(), waiting.reason(), waiting.dueIn());
            case REDIS -> new OwnerCause.Unanswered(text);
            case RESIZE, OTHER -> new OwnerCause.Standing(text);
        };
    }
}
