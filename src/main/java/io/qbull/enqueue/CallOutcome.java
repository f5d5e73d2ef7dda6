package io.qbull.enqueue;

import io.qbull.model.Causes;
import io.qbull.store.JobLog;
import io.qbull.store.StoreException;
import org.jspecify.annotations.Nullable;

/** What the end of one attempt means for its call. */
enum CallOutcome {
    /** Redis has the jobs. */
    ADDED,
    /** Nothing was added: Redis is out of memory for now. */
    FULL,
    /** Nothing was added: the partition has its share of {@code maxBacklog}. */
    CROWDED,
    /** Nothing was added: a person must change the configuration of Redis. */
    MISCONFIGURED,
    /** The call never ran and never will: its jobs may travel again, in any other call. */
    NOT_RUN,
    /** The call may have run, or may still run: only a repeat can tell. */
    UNKNOWN,
    /** Nothing was added: the partition takes jobs for another layout version. */
    OTHER_LAYOUT,
    /** An answer that this producer should never get: it can no longer be known what became of the jobs. */
    UNEXPECTED;

    /**
     * @param answer the answer; null after a failure
     * @param failure why there is no answer; null after an answer
     * @param jobs how many jobs the call has
     * @param mayHaveRun whether an earlier attempt of the same call may have run, or may still run
     * @return what it means
     */
    static CallOutcome of(JobLog.@Nullable Answer answer, @Nullable Throwable failure, int jobs, boolean mayHaveRun) {
        // Redis remembers an answer by its number, refusals included: any answer settles all earlier attempts.
        if (answer instanceof JobLog.Answer.Accepted accepted) {
            return accepted.places().size() == jobs ? ADDED : UNEXPECTED;
        }
        if (answer instanceof JobLog.Answer.OtherLayout) {
            return OTHER_LAYOUT;
        }
        if (answer instanceof JobLog.Answer.Crowded) {
            return CROWDED;
        }
        if (answer != null) {
            return UNEXPECTED;
        }
        // A failure says nothing about earlier attempts.
        return mayHaveRun ? UNKNOWN : ofFirst(Causes.bare(failure));
    }

    private static CallOutcome ofFirst(@Nullable Throwable failure) {
        if (failure instanceof StoreException.Full) {
            return FULL;
        }
        if (failure instanceof StoreException.Misconfigured) {
            return MISCONFIGURED;
        }
        if (failure instanceof StoreException.Unavailable unavailable && !unavailable.sent()) {
            return NOT_RUN;
        }
        return UNKNOWN;
    }
}
