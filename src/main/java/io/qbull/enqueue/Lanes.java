package io.qbull.enqueue;

import io.qbull.model.EnqueueException;
import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.runtime.EventLoop;
import io.qbull.store.JobLog;
import io.qbull.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds each job its lane by the layout, and changes over to a newer layout. On the loop. */
final class Lanes implements Sender.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Enqueuer.class);

    private final Enqueuer.Identity identity;
    private final String producer;
    private final EventLoop loop;
    private final Runnable moved;
    private final EnqueueFailureLog trouble;
    private final Sender sender;
    private final LayoutSource layouts;
    private final Map<PartitionId, Lane> lanes = new TreeMap<>();
    private final WaitingJobs homeless = new WaitingJobs();
    private @Nullable Layout layout;
    private @Nullable Layout next;
    private boolean closed;

    /**
     * @param identity whose jobs
     * @param reader reads layouts
     * @param jobs takes the calls
     * @param loop calls all of this
     * @param trouble says what goes wrong
     * @param moved told after a lane may have become idle
     */
    Lanes(
            Enqueuer.Identity identity,
            LayoutReader reader,
            JobLog jobs,
            EventLoop loop,
            EnqueueFailureLog trouble,
            Runnable moved) {
        this.identity = identity;
        this.producer = identity.pod().value() + "#" + identity.nonce();
        this.loop = loop;
        this.moved = moved;
        this.trouble = trouble;
        this.sender = new Sender(jobs, loop, trouble, this);
        this.layouts = new LayoutSource(reader::current, loop, this::found, this::notFound);
    }

    /**
     * Gives a job its place; nothing is sent before {@link #ready}.
     *
     * @param job a job that has just arrived
     * @return its lane, null if that is not known yet, or the job was refused
     */
    @Nullable
    Lane admit(PendingJob job) {
        Layout known = layout;
        if (known != null && otherLayout(known, job)) {
            layouts.load();
            return null;
        }
        Lane lane = known == null ? null : laneOf(known, job);
        WaitingJobs place = lane == null ? homeless : lane.waiting();
        if (!place.offer(job)) {
            job.fail(
                    EnqueueException.Kind.UNAVAILABLE,
                    "not added: too many jobs wait for "
                            + (lane == null ? "the layout" : "partition " + lane.partition()));
            return null;
        }
        if (lane == null) {
            layouts.load();
        }
        return lane;
    }

    @Override
    public void ready(Lane lane) {
        if (next != null) {
            changeOver();
        } else {
            send(lane);
        }
        moved.run();
    }

    @Override
    public void otherLayout() {
        layouts.load();
    }

    /**
     * Answers callers whose time is over, and gives up calls that were repeated for too long.
     *
     * @return nanoseconds until this must be called again; {@link Long#MAX_VALUE} if nothing waits
     */
    long expire() {
        long now = loop.nanoTime();
        long soonest = homeless.expire(now, "the layout is not known, for Redis does not answer");
        List<Lane> freed = new ArrayList<>();
        for (Lane lane : lanes.values()) {
            soonest = Math.min(soonest, lane.waiting().expire(now, lane.hindrance()));
            Call call = lane.call();
            if (call != null && call.patience(now) <= 0) {
                sender.giveUp(lane, call);
                freed.add(lane);
            } else if (call != null) {
                soonest = Math.min(soonest, Math.min(call.expire(now), call.patience(now)));
            }
        }
        freed.forEach(this::ready);
        moved.run();
        return soonest;
    }

    boolean idle() {
        return homeless.isEmpty() && lanes.values().stream().allMatch(Lane::idle);
    }

    /** Answers all who still wait, and forgets everything. */
    void close() {
        closed = true;
        layouts.close();
        List<PendingJob> unsent = homeless.removeAll();
        for (Lane lane : lanes.values()) {
            Call call = lane.call();
            lane.end();
            unsent.addAll(lane.waiting().removeAll());
            if (call != null) {
                call.fail(EnqueueException.Kind.UNKNOWN, "closed before the answer: the job may have been added");
            }
        }
        unsent.forEach(job -> job.fail(EnqueueException.Kind.UNAVAILABLE, "closed before the job was sent"));
    }

    private void send(Lane lane) {
        Layout known = layout;
        Call call = known == null || closed ? null : lane.compose(producer, known, loop.nanoTime());
        if (call != null) {
            sender.attempt(lane, call);
        }
    }

    /**
     * Refuses records of a feed that was opened under another layout: what was added under the one before must be read anew.
     *
     * @return whether the job was refused
     */
    private boolean otherLayout(Layout known, PendingJob job) {
        SourceFeed feed = job.feed();
        boolean other = feed != null && feed.layoutVersion() != known.version();
        if (other) {
            job.fail(EnqueueException.Kind.UNAVAILABLE, SourceFeed.OTHER_LAYOUT);
        }
        return other;
    }

    private Lane laneOf(Layout known, PendingJob job) {
        PartitionId partition = known.partitionOf(
                identity.queue(), identity.keyHash(), job.job().key());
        return lanes.computeIfAbsent(partition, Lane::new);
    }

    private void found(Layout read) {
        Layout known = layout;
        if (known == null) {
            settle(read, homeless.removeAll());
        } else if (read.version() > known.version()) {
            next = read;
            changeOver();
        } else {
            // The partition knows a version that is not current yet: its turn comes, or the jobs' time runs out.
            lanes.values().stream().filter(Lane::awaitsLayout).forEach(sender::rest);
        }
    }

    private void notFound(Throwable why) {
        trouble.layoutUnknown(why);
        if (layout == null && why instanceof StoreException.Full) {
            refuseHomeless(EnqueueException.Kind.FULL, "Redis takes no more data; the job was not added");
        } else if (layout == null && why instanceof StoreException.Misconfigured) {
            refuseHomeless(
                    EnqueueException.Kind.MISCONFIGURED,
                    "Redis must be configured by a person first; the job was not added");
        } else if (!homeless.isEmpty() || lanes.values().stream().anyMatch(Lane::awaitsLayout)) {
            layouts.load();
        }
    }

    private void refuseHomeless(EnqueueException.Kind kind, String message) {
        homeless.removeAll().forEach(job -> job.fail(kind, message));
        moved.run();
    }

    /**
     * Nothing leaves under the new layout while a call under the old one may still run: it could add a key's older job after a
     * newer one.
     */
    private void changeOver() {
        Layout coming = next;
        if (coming == null || lanes.values().stream().anyMatch(lane -> lane.call() != null)) {
            return;
        }
        next = null;
        List<PendingJob> all = new ArrayList<>();
        for (Lane lane : lanes.values()) {
            lane.end();
            all.addAll(lane.waiting().removeAll());
        }
        settle(coming, all);
    }

    /** A key's jobs come all from one lane, in order, so any order of the lanes keeps theirs. */
    private void settle(Layout now, List<PendingJob> jobs) {
        layout = now;
        LOG.info(
                "queue={} jobs are added by layout version={} partitions={}",
                identity.queue(),
                now.version(),
                now.partitions());
        jobs.stream()
                .filter(job -> !otherLayout(now, job))
                .forEach(job -> laneOf(now, job).waiting().addLast(job));
        new ArrayList<>(lanes.values()).forEach(this::send);
    }
}
