package io.qbull.enqueue;

import io.qbull.config.EnqueueSettings;
import io.qbull.model.EnqueueException;
import io.qbull.model.JobId;
import io.qbull.model.Layout;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.runtime.EventLoop;
import io.qbull.store.JobLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The way into one partition: the jobs that wait and the outstanding call. Decides, but sends nothing. On the loop. */
final class Lane {
    private static final int MOST_JOBS_OF_A_CALL = 500;
    private static final long MOST_BYTES_OF_A_CALL = 1L << 20;
    private static final String QUEUED = "other jobs are ahead of it";

    private final PartitionId partition;
    private final WaitingJobs waiting = new WaitingJobs();
    private final Backoff failures = Backoff.afterFailures();
    private final Backoff seals = Backoff.afterSeals();
    private @Nullable Call call;
    private long lastNumber;
    private boolean blocked;
    private EventLoop.@Nullable Timer rest;
    private String reason = QUEUED;

    Lane(PartitionId partition) {
        this.partition = partition;
    }

    PartitionId partition() {
        return partition;
    }

    WaitingJobs waiting() {
        return waiting;
    }

    /**
     * @return the outstanding call; null if there is none
     */
    @Nullable
    Call call() {
        return call;
    }

    /**
     * @return why jobs wait here, for their callers
     */
    String reason() {
        return reason;
    }

    boolean idle() {
        return call == null && waiting.isEmpty();
    }

    /**
     * Makes the next call from the jobs that wait. Every call has a number of its own, even if the one before certainly never ran: Redis
     * would answer a number that came twice with the places of the first call's jobs.
     *
     * @param producer unique for this producer's life
     * @param layout that led the jobs into this lane
     * @param now the loop's time
     * @param settled whether a job may travel; those behind one that may not wait with it
     * @return the call, now outstanding; null if another one is outstanding, no job may travel, or the lane is blocked
     */
    @Nullable
    Call compose(String producer, Layout layout, long now, Predicate<PendingJob> settled) {
        dropBrokenReadings();
        PendingJob first = waiting.first();
        if (call != null || blocked || first == null || !settled.test(first)) {
            return null;
        }
        List<PendingJob> batch = batch(settled);
        List<NewJob> jobs = batch.stream().map(PendingJob::job).toList();
        EnqueueSettings settings = batch.get(0).settings();
        JobLog.Call command = new JobLog.Call(
                partition,
                layout.version(),
                producer,
                ++lastNumber,
                jobs,
                settings.deduplicationWindow(),
                settings.backlogShare(layout.partitions()),
                records(batch),
                known(batch));
        Call composed = new Call(command, batch, now);
        call = composed;
        return composed;
    }

    /** The call is answered, or given up. */
    void end() {
        call = null;
        unblock();
        failures.reset();
        seals.reset();
        reason = QUEUED;
    }

    /**
     * Nothing of the call was added: jobs whose callers still wait get their old places back and wait until {@link #unblock}.
     *
     * @param why the reason that their callers get
     */
    void takeBack(String why) {
        Call refused = call;
        call = null;
        blocked = true;
        reason = why;
        if (refused != null) {
            List<PendingJob> jobs = refused.jobs();
            for (int i = jobs.size() - 1; i >= 0; i--) {
                if (!jobs.get(i).answered()) {
                    waiting.addFirst(jobs.get(i));
                }
            }
        }
    }

    /**
     * Undoes {@link #takeBack}.
     *
     * @param taken the call that was taken back
     * @return its jobs whose callers still wait, in order; they are no longer here
     */
    List<PendingJob> remove(Call taken) {
        List<PendingJob> removed = new ArrayList<>();
        for (PendingJob job : taken.jobs()) {
            if (!job.answered()) {
                removed.add(waiting.removeFirst());
            }
        }
        return removed;
    }

    /**
     * The call must be repeated.
     *
     * @param why the reason that callers of the jobs behind it get
     */
    void outcomeUnknown(String why) {
        reason = why;
        if (call != null) {
            call.outcomeUnknown();
        }
    }

    /**
     * @param why the reason that callers of the jobs that wait get
     */
    void waitsFor(String why) {
        reason = why;
    }

    /**
     * @return whether the lane can continue only once the layout is read
     */
    boolean awaitsLayout() {
        return blocked && rest == null;
    }

    /**
     * @return how long the lane rests before the next attempt after one without an answer
     */
    Duration pause() {
        return failures.next();
    }

    /**
     * @return how long the lane rests before the next attempt after a refusal by a seal
     */
    Duration pauseAfterSeal() {
        return seals.next();
    }

    /**
     * @param until ends the rest
     */
    void restUntil(EventLoop.Timer until) {
        cancelRest();
        rest = until;
    }

    /** The rest is over: the next call may be made. */
    void unblock() {
        cancelRest();
        blocked = false;
    }

    private void cancelRest() {
        EventLoop.Timer until = rest;
        rest = null;
        if (until != null) {
            until.cancel();
        }
    }

    private void dropBrokenReadings() {
        PendingJob first = waiting.first();
        while (first != null && first.reading() != null && first.reading().broken()) {
            waiting.removeFirst();
            first.fail(EnqueueException.Kind.UNAVAILABLE, Reading.BROKEN);
            first = waiting.first();
        }
    }

    private static JobLog.@Nullable Records records(List<PendingJob> jobs) {
        Reading reading = jobs.get(0).reading();
        if (reading == null) {
            return null;
        }
        List<Long> offsets = new ArrayList<>();
        for (PendingJob job : jobs) {
            Origin origin = job.origin();
            if (origin != null) {
                offsets.add(origin.offset());
            }
        }
        return new JobLog.Records(reading.source(), offsets, reading.lifetime());
    }

    private static Set<JobId> known(List<PendingJob> jobs) {
        return jobs.stream()
                .filter(PendingJob::known)
                .map(job -> job.job().id())
                .collect(Collectors.toUnmodifiableSet());
    }

    private List<PendingJob> batch(Predicate<PendingJob> settled) {
        List<PendingJob> batch = new ArrayList<>();
        PendingJob next = waiting.removeFirst();
        EnqueueSettings settings = next.settings();
        int most = MOST_JOBS_OF_A_CALL;
        long bytes = 0;
        while (true) {
            batch.add(next);
            bytes += next.size();
            most = Math.min(most, next.settings().batch());
            PendingJob candidate = waiting.first();
            if (candidate == null
                    || !settled.test(candidate)
                    || batch.size() >= Math.min(most, candidate.settings().batch())
                    || bytes + candidate.size() > MOST_BYTES_OF_A_CALL
                    || candidate.reading() != next.reading()
                    || candidate.settings().maxBacklog() != settings.maxBacklog()
                    || !candidate.settings().deduplicationWindow().equals(settings.deduplicationWindow())) {
                return batch;
            }
            next = waiting.removeFirst();
        }
    }
}
