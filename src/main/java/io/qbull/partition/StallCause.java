package io.qbull.partition;

import io.qbull.model.why.OwnerReport.Kind;

/** Why a pump starts no job. */
enum StallCause {
    /** No job is known. */
    IDLE(""),
    /** The queue is resized, and all known jobs leave the partition. */
    RESIZE("its jobs move to other partitions because the queue is resized"),
    /** People have paused the queue, the partition, or the keys of all known jobs. */
    PAUSED("it is paused"),
    /** As many jobs run as may run at once. */
    JOB_RUNNING("a job runs"),
    /** The job that would run next waits for a worker, who follows; known only when the cause is asked for. */
    NOT_TAKEN(""),
    /** All known jobs wait behind failed ones that run again after a pause. */
    RETRY_PAUSE("a failed job runs again"),
    /** All known jobs wait behind failed ones that run again when a person asks. */
    KEYS_HELD("its keys wait until a person retries or drops their failed jobs"),
    /** A command has no answer yet. */
    UNANSWERED("Redis has not answered a command"),
    /** The workers did not take the job. */
    NO_THREAD("no thread could be had for its job"),
    /** The lease is not trusted. */
    NOT_TRUSTED("its lease is not renewed"),
    /** Keys are free again whose jobs were passed by in the stream. */
    READS_AGAIN("it is about to read jobs again that it had passed by"),
    /**
     * A job before or after a suspect starts, and the stream is read again, only when all results before are on record; Redis has not
     * confirmed them.
     */
    UNSETTLED("Redis has not answered a command"),
    /** Suspects of a process start one at a time, and one of another partition or queue has the turn. */
    SUSPECT_ELSEWHERE("a job of another partition that may have crashed a process runs first");

    /** How the cause reads after "has not moved for 61 s: ". */
    final String text;

    StallCause(String text) {
        this.text = text;
    }

    /** Whether a partition may stand still for this as long as it likes. */
    boolean welcome() {
        return this == IDLE || this == PAUSED;
    }

    /** What the pod tells others that it waits for. */
    Kind kind() {
        return switch (this) {
            case JOB_RUNNING -> Kind.JOB;
            case NOT_TAKEN -> Kind.WORKER;
            case SUSPECT_ELSEWHERE -> Kind.SUSPECT;
            case RETRY_PAUSE -> Kind.PAUSE;
            case KEYS_HELD -> Kind.PERSON;
            case UNANSWERED, UNSETTLED -> Kind.REDIS;
            case RESIZE -> Kind.RESIZE;
            default -> Kind.OTHER;
        };
    }

    /** Whether no job could start even if nothing kept it back. */
    boolean nothingToStart() {
        return this == IDLE || this == READS_AGAIN || this == RETRY_PAUSE || this == KEYS_HELD;
    }
}
