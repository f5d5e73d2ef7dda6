package io.qbull.enqueue;

import io.qbull.config.EnqueueSettings;
import io.qbull.model.EnqueueException;
import io.qbull.model.Layout;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.runtime.EventLoop;
import io.qbull.store.JobLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The way into one partition: what waits, and the call that is outstanding. Decides, sends nothing. On the loop. */
final class Lane {
    private static final int MOST_JOBS_OF_A_CALL = 500;
    private static final long MOST_BYTES_OF_A_CALL = 1L << 20;
    private static final String CROWDED = "other jobs are before it";

    private final PartitionId partition;
    private final WaitingJobs waiting = new WaitingJobs();
    private final Backoff backoff = new Backoff();
    private @Nullable Call call;
    private long lastNumber;
    private boolean blocked;
    private EventLoop.@Nullable Timer rest;
    private String hindrance = CROWDED;

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
     * @return the outstanding call, null if there is none
     */
    @Nullable
    Call call() {
        return call;
    }

    /**
     * @return why jobs wait here, for their callers
     */
    String hindrance() {
        return hindrance;
    }

    boolean idle() {
        return call == null && waiting.isEmpty();
    }

    /**
     * Makes the next call of what waits. Every call has a number of its own, also when the one before certainly never ran: a
     * number that came twice with different jobs would be answered with the other's places.
     *
     * @param producer unique for this producer's life
     * @param layout by which the jobs came into this lane
     * @param now the loop's time
     * @return the call, now outstanding; null if another one is, or nothing waits, or the lane is blocked
     */
    @Nullable
    Call compose(String producer, Layout layout, long now) {
        dropBrokenFeeds();
        if (call != null || blocked || waiting.isEmpty()) {
            return null;
        }
        List<PendingJob> together = company();
        List<NewJob> jobs = together.stream().map(PendingJob::job).toList();
        EnqueueSettings settings = together.get(0).settings();
        JobLog.Call command = new JobLog.Call(
                partition,
                layout.version(),
                producer,
                ++lastNumber,
                jobs,
                settings.deduplicationWindow(),
                settings.backlogShare(layout.partitions()),
                records(together));
        Call composed = new Call(command, together, now);
        call = composed;
        return composed;
    }

    /** The call is answered, or given up. */
    void end() {
        call = null;
        unblock();
        backoff.reset();
        hindrance = CROWDED;
    }

    /**
     * Nothing of the call was added: those whose callers still wait get their old places back, and wait until {@link #unblock}.
     *
     * @param why for their callers
     */
    void takeBack(String why) {
        Call refused = call;
        call = null;
        blocked = true;
        hindrance = why;
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
     * The call must be repeated.
     *
     * @param why for the callers of the jobs behind it
     */
    void outcomeUnknown(String why) {
        hindrance = why;
        if (call != null) {
            call.outcomeUnknown();
        }
    }

    /**
     * @return whether only a look at the layout can go on here
     */
    boolean awaitsLayout() {
        return blocked && rest == null;
    }

    /**
     * @return how long the lane rests before the next attempt
     */
    Duration pause() {
        return backoff.next();
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

    /** A record that comes after one that was not added would make Redis skip that one for ever. */
    private void dropBrokenFeeds() {
        PendingJob first = waiting.first();
        while (first != null && first.feed() != null && first.feed().broken()) {
            waiting.removeFirst();
            first.fail(EnqueueException.Kind.UNAVAILABLE, SourceFeed.BROKEN);
            first = waiting.first();
        }
    }

    private static JobLog.@Nullable Records records(List<PendingJob> jobs) {
        SourceFeed feed = jobs.get(0).feed();
        if (feed == null) {
            return null;
        }
        List<Long> offsets = new ArrayList<>();
        for (PendingJob job : jobs) {
            PendingJob.Origin origin = job.origin();
            if (origin != null) {
                offsets.add(origin.offset());
            }
        }
        return new JobLog.Records(feed.source(), offsets, feed.lifetime());
    }

    private List<PendingJob> company() {
        List<PendingJob> together = new ArrayList<>();
        PendingJob next = waiting.removeFirst();
        EnqueueSettings settings = next.settings();
        int most = MOST_JOBS_OF_A_CALL;
        long bytes = 0;
        while (true) {
            together.add(next);
            bytes += next.size();
            most = Math.min(most, next.settings().batch());
            PendingJob candidate = waiting.first();
            if (candidate == null
                    || together.size() >= Math.min(most, candidate.settings().batch())
                    || bytes + candidate.size() > MOST_BYTES_OF_A_CALL
                    || candidate.feed() != next.feed()
                    || candidate.settings().maxBacklog() != settings.maxBacklog()
                    || !candidate.settings().deduplicationWindow().equals(settings.deduplicationWindow())) {
                return together;
            }
            next = waiting.removeFirst();
        }
    }
}
