package io.qbull.enqueue;

import io.qbull.model.Causes;
import io.qbull.model.EnqueueException;
import io.qbull.store.JobLog;
import io.qbull.store.StoreException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Jobs that travel together under one number, which stays the same through all repeats. On the loop. */
final class Call {
    /** Well below the time for which Redis remembers a call's number. */
    private static final Duration PATIENCE = Duration.ofMinutes(30);
    /** A restart of Redis ends one attempt in this way, seldom two. */
    private static final int MANY_CUTS = 3;

    private final JobLog.Call command;
    private final List<PendingJob> jobs;
    private final long since;
    private boolean mayHaveRun;
    private int cuts;

    /**
     * @param command what is sent, the same with each repeat
     * @param jobs the waiting jobs, in the order of the command's jobs
     * @param since the loop's time when it was first sent
     */
    Call(JobLog.Call command, List<PendingJob> jobs, long since) {
        this.command = command;
        this.jobs = jobs;
        this.since = since;
    }

    JobLog.Call command() {
        return command;
    }

    List<PendingJob> jobs() {
        return jobs;
    }

    boolean mayHaveRun() {
        return mayHaveRun;
    }

    /** An attempt ended, and nobody knows whether it ran. */
    void outcomeUnknown() {
        mayHaveRun = true;
    }

    /**
     * @param failure what an attempt ended with whose outcome is unknown
     */
    void attemptFailed(@Nullable Throwable failure) {
        if (Causes.bare(failure) instanceof StoreException.Unavailable away && away.cut()) {
            cuts++;
        }
    }

    /** Whether the connection was lost upon so many attempts that the call itself may be the reason. */
    boolean cut() {
        return cuts >= MANY_CUTS;
    }

    /** What is to be said then. */
    String cutText() {
        long bytes = jobs.stream().mapToLong(PendingJob::size).sum();
        return "the connection to Redis was lost " + cuts + " times upon the same call, of " + jobs.size()
                + " jobs and about " + bytes + " bytes";
    }

    /**
     * @param places of the jobs, one for each
     */
    void added(List<JobLog.Answer.Place> places) {
        for (int i = 0; i < jobs.size(); i++) {
            jobs.get(i).added(command.partition(), places.get(i));
        }
    }

    void fail(EnqueueException.Kind kind, String message) {
        for (PendingJob job : jobs) {
            job.fail(kind, message);
        }
    }

    /**
     * Tells callers that stop waiting that the outcome is unknown; their jobs stay in the call.
     *
     * @param now the loop's time
     * @return nanoseconds until the next one is due; {@link Long#MAX_VALUE} if no caller waits
     */
    long expire(long now) {
        long next = Long.MAX_VALUE;
        for (PendingJob job : jobs) {
            long left = job.left(now);
            if (job.answered()) {
                continue;
            }
            if (left <= 0) {
                job.fail(
                        EnqueueException.Kind.UNKNOWN,
                        "no answer within enqueueTimeout (" + job.settings().enqueueTimeout()
                                + "): the job may have been added, or may still be");
            } else {
                next = Math.min(next, left);
            }
        }
        return next;
    }

    /**
     * @param now the loop's time
     * @return nanoseconds until it is given up; zero or less if that is past
     */
    long patience(long now) {
        return since + PATIENCE.toNanos() - now;
    }
}
