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

/** Assigns each job to its lane by the layout, and changes over to a newer layout. On the loop. */
final class Lanes implements Sender.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Lanes.class);

    private final ProducerIdentity identity;
    private final String producer;
    private final EventLoop loop;
    private final Runnable onProgress;
    private final RefusalReporter refusals;
    private final Sender sender;
    private final LayoutReader reader;
    private final LayoutSource layouts;
    private final Map<PartitionId, Lane> lanes = new TreeMap<>();
    private final WaitingJobs unplaced = new WaitingJobs();
    private @Nullable Layout layout;
    private @Nullable Layout next;
    private boolean stopped;

    /**
     * @param identity whose jobs
     * @param reader reads layouts
     * @param jobs takes the calls
     * @param loop runs all of this
     * @param refusals hears why jobs cannot be added
     * @param onProgress run after a lane may have become idle
     */
    Lanes(
            ProducerIdentity identity,
            LayoutReader reader,
            JobLog jobs,
            EventLoop loop,
            RefusalReporter refusals,
            Runnable onProgress) {
        this.identity = identity;
        this.producer = identity.name();
        this.loop = loop;
        this.onProgress = onProgress;
        this.refusals = refusals;
        this.sender = new Sender(jobs, loop, refusals, this);
        this.reader = reader;
        this.layouts = new LayoutSource(reader::current, loop, this::found, this::notFound);
    }

    /**
     * Gives a job its place; nothing is sent before {@link #ready}.
     *
     * @param job a job that has just arrived
     * @return its lane; null if that is not known yet, or if the job was refused
     */
    @Nullable
    Lane admit(PendingJob job) {
        Layout known = layout;
        if (known != null && otherLayout(known, job)) {
            layouts.load();
            return null;
        }
        Lane lane = known == null ? null : laneOf(known, job);
        WaitingJobs place = lane == null ? unplaced : lane.waiting();
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
        onProgress.run();
    }

    @Override
    public void otherLayout() {
        layouts.load();
    }

    /**
     * Answers callers that stop waiting, and gives up calls that were repeated for too long.
     *
     * @return nanoseconds until this must be called again; {@link Long#MAX_VALUE} if nothing waits
     */
    long expire() {
        long now = loop.nanoTime();
        long soonest = unplaced.expire(now, "the layout is not known because Redis does not answer");
        List<Lane> freed = new ArrayList<>();
        for (Lane lane : lanes.values()) {
            soonest = Math.min(soonest, lane.waiting().expire(now, lane.reason()));
            Call call = lane.call();
            if (call != null && call.patience(now) <= 0) {
                sender.giveUp(lane, call);
                freed.add(lane);
            } else if (call != null) {
                soonest = Math.min(soonest, Math.min(call.expire(now), call.patience(now)));
            }
        }
        freed.forEach(this::ready);
        onProgress.run();
        return soonest;
    }

    boolean idle() {
        return unplaced.isEmpty() && lanes.values().stream().allMatch(Lane::idle);
    }

    /** Answers every caller that still waits, and forgets everything. */
    void stop() {
        stopped = true;
        layouts.stop();
        List<PendingJob> unsent = unplaced.removeAll();
        for (Lane lane : lanes.values()) {
            Call call = lane.call();
            lane.end();
            unsent.addAll(lane.waiting().removeAll());
            if (call != null) {
                call.fail(EnqueueException.Kind.UNKNOWN, "stopped before the answer: the job may have been added");
            }
        }
        unsent.forEach(job -> job.fail(EnqueueException.Kind.UNAVAILABLE, "stopped before the job was sent"));
    }

    private void send(Lane lane) {
        Layout known = layout;
        Call call = known == null || stopped ? null : lane.compose(producer, known, loop.nanoTime());
        if (call != null) {
            sender.attempt(lane, call);
        }
    }

    /**
     * Refuses records of a reading that began under another layout: the progress made under that one must be read again first.
     *
     * @return whether the job was refused
     */
    private boolean otherLayout(Layout known, PendingJob job) {
        Reading reading = job.reading();
        boolean other = reading != null && reading.layoutVersion() != known.version();
        if (other) {
            job.fail(EnqueueException.Kind.UNAVAILABLE, Reading.OTHER_LAYOUT);
        }
        return other;
    }

    private Lane laneOf(Layout known, PendingJob job) {
        PartitionId partition = known.partitionOf(
                identity.queue(), identity.keyHash(), job.job().key());
        return lanes.computeIfAbsent(partition, Lane::new);
    }

    private void found(Layout read) {
        refusals.layoutKnown();
        Layout known = layout;
        if (known == null) {
            settle(read, unplaced.removeAll());
        } else if (read.version() > known.version()) {
            next = read;
            changeOver();
        } else {
            boolean same = read.version() == known.version();
            lanes.values().stream().filter(Lane::awaitsLayout).forEach(lane -> refusedByKnownLayout(lane, known, same));
        }
    }

    /**
     * The partition has lost its seal, which is put back here, or it knows a version that is not current yet: either that becomes
     * current, or the jobs time out.
     */
    private void refusedByKnownLayout(Lane lane, Layout known, boolean current) {
        sender.rest(lane);
        if (current) {
            reader.reopen(lane.partition(), known.version())
                    .whenComplete((done, failure) -> loop.execute(() -> {
                        if (failure != null && !stopped) {
                            refusals.failed(lane.partition(), failure);
                        }
                    }));
        }
    }

    private void notFound(Throwable why) {
        refusals.layoutUnknown(why);
        if (layout == null && why instanceof StoreException.Full) {
            refuseUnplaced(EnqueueException.Kind.FULL, "Redis takes no more data; the job was not added");
        } else if (layout == null && why instanceof StoreException.Misconfigured) {
            refuseUnplaced(
                    EnqueueException.Kind.MISCONFIGURED,
                    "a person must act first; the job was not added: " + why.getMessage());
        } else if (!unplaced.isEmpty() || lanes.values().stream().anyMatch(Lane::awaitsLayout)) {
            layouts.load();
        }
    }

    private void refuseUnplaced(EnqueueException.Kind kind, String message) {
        unplaced.removeAll().forEach(job -> job.fail(kind, message));
        onProgress.run();
    }

    /**
     * Nothing is sent under the new layout while a call under the old one may still run: it could add an older job of a key after a newer
     * one.
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

    /** All jobs of a key come from one lane, in order, so any order of the lanes preserves theirs. */
    private void settle(Layout now, List<PendingJob> jobs) {
        layout = now;
        refusals.reset();
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
