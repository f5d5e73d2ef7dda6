package io.qbull.enqueue;

import io.qbull.model.EnqueueException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Jobs that no call carries yet, in order; bounded. On the loop. */
final class WaitingJobs {
    static final int MOST_JOBS = 10_000;
    static final long MOST_BYTES = 16L << 20;

    private final Deque<PendingJob> jobs = new ArrayDeque<>();
    private long bytes;

    boolean isEmpty() {
        return jobs.isEmpty();
    }

    /**
     * @param job a job that has just arrived
     * @return false if it does not fit; one job always fits
     */
    boolean offer(PendingJob job) {
        boolean fits = jobs.isEmpty() || (jobs.size() < MOST_JOBS && bytes + job.size() <= MOST_BYTES);
        if (fits) {
            addLast(job);
        }
        return fits;
    }

    /**
     * @param job a job that was let in before
     */
    void addLast(PendingJob job) {
        jobs.addLast(job);
        bytes += job.size();
    }

    /**
     * @param job a job that was let in before; it goes before all others
     */
    void addFirst(PendingJob job) {
        jobs.addFirst(job);
        bytes += job.size();
    }

    @Nullable
    PendingJob first() {
        return jobs.peekFirst();
    }

    /**
     * @return all jobs, in order
     */
    Stream<PendingJob> stream() {
        return jobs.stream();
    }

    /** Removes the first. */
    PendingJob removeFirst() {
        PendingJob first = jobs.removeFirst();
        bytes -= first.size();
        return first;
    }

    /**
     * @return all jobs, in order, which are no longer here
     */
    List<PendingJob> removeAll() {
        List<PendingJob> all = new ArrayList<>(jobs);
        jobs.clear();
        bytes = 0;
        return all;
    }

    /**
     * Refuses jobs whose callers stop waiting. They were never sent, so it is certain that they were not added.
     *
     * @param now the loop's time
     * @param reason why they still wait
     * @return nanoseconds until the next one is due; {@link Long#MAX_VALUE} if none waits
     */
    long expire(long now, String reason) {
        long next = Long.MAX_VALUE;
        for (Iterator<PendingJob> all = jobs.iterator(); all.hasNext(); ) {
            PendingJob job = all.next();
            long left = job.left(now);
            if (left <= 0) {
                all.remove();
                bytes -= job.size();
                job.fail(
                        EnqueueException.Kind.UNAVAILABLE,
                        "not added within enqueueTimeout (" + job.settings().enqueueTimeout() + "): " + reason);
            } else {
                next = Math.min(next, left);
            }
        }
        return next;
    }
}
