package io.qbull.enqueue;

import io.qbull.model.EnqueueException;
import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.runtime.EventLoop;
import io.qbull.store.JobLog;
import io.qbull.store.StoreException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Assigns each job to its lane by the layout, and changes over to a newer layout: at once, except for what must wait for {@link OldCalls}.
 * On the loop.
 */
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
    private final OldCalls oldCalls = new OldCalls();
    private final EarlierIds earlierIds;
    private @Nullable Layout layout;
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
        this.earlierIds = new EarlierIds(identity, reader, jobs, loop, refusals, this::ready);
        this.layouts = new LayoutSource(reader::current, loop, this::found, this::notFound);
    }

    /**
     * Gives a job its place; nothing is sent before {@link #ready}.
     *
     * @param job a job that has just arrived
     * @return its lane; null if that is not known yet, if the job must wait for an older call, or if it was refused
     */
    @Nullable
    Lane admit(PendingJob job) {
        Layout known = layout;
        if (known != null && otherLayout(known, job)) {
            layouts.load();
            return null;
        }
        if (known == null) {
            offer(job, unplaced, "the layout");
            layouts.load();
            return null;
        }
        if (refused(job)) {
            return null;
        }
        Lane lane = laneOf(known, job);
        OldCalls.OldCall old = oldCalls.before(job, lane.partition());
        if (old != null) {
            offer(job, old.waiting(), "partition " + old.lane().partition());
            return null;
        }
        return offer(job, lane.waiting(), "partition " + lane.partition()) ? lane : null;
    }

    /** A job that has just arrived, or was let in before it was known what the queue takes. */
    private boolean refused(PendingJob job) {
        String why = reader.closed();
        if (why != null) {
            job.fail(EnqueueException.Kind.DRAINING, "not added: " + why);
        }
        return why != null;
    }

    private static boolean offer(PendingJob job, WaitingJobs place, String what) {
        boolean fits = place.offer(job);
        if (!fits) {
            job.fail(EnqueueException.Kind.UNAVAILABLE, "not added: too many jobs wait for " + what);
        }
        return fits;
    }

    /**
     * @param now the current layout, as another part of the node has learned
     */
    void layoutChanged(Layout now) {
        // Otherwise nothing waits for it, or a read is under way.
        if (layout != null) {
            found(now);
        }
    }

    @Override
    public void ready(Lane lane) {
        OldCalls.OldCall old = oldCalls.ended(lane);
        if (old != null) {
            release(old);
        }
        send(lane);
        onProgress.run();
    }

    @Override
    public void otherLayout(Call refused, String why) {
        PartitionId partition = refused.command().partition();
        Layout known = layout;
        if (known != null && refused.command().layoutVersion() < known.version()) {
            // As was to be expected. The partition may take no more jobs at all.
            refusals.taken(partition);
        } else {
            refusals.refused(partition, Refusal.OTHER_LAYOUT, why);
            layouts.load();
        }
    }

    /**
     * Answers callers that stop waiting, and gives up calls that were repeated for too long.
     *
     * @return nanoseconds until this must be called again; {@link Long#MAX_VALUE} if nothing waits
     */
    long expire() {
        long now = loop.nanoTime();
        long soonest = unplaced.expire(now, "the layout is not known because Redis does not answer");
        soonest = Math.min(soonest, oldCalls.expire(now));
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
        return unplaced.isEmpty()
                && oldCalls.noneWaits()
                && lanes.values().stream().allMatch(Lane::idle);
    }

    /** Answers every caller that still waits, and forgets everything. */
    void stop() {
        stopped = true;
        layouts.stop();
        earlierIds.stop();
        List<PendingJob> unsent = unplaced.removeAll();
        unsent.addAll(oldCalls.removeWaiting());
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
        if (known == null || stopped) {
            return;
        }
        earlierIds.ask(lane);
        Call call = lane.compose(producer, known, loop.nanoTime(), earlierIds::settled);
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
            settle(
                    read,
                    unplaced.removeAll().stream().filter(job -> !refused(job)).toList());
        } else if (read.version() > known.version()) {
            changeOver(read);
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
        sender.rest(lane, lane.pauseAfterSeal());
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
     * Whatever waits gets its place by the new layout. An outstanding call stays what it is: its lane repeats it until it is answered, and
     * composes no other one before, because Redis knows each producer's last number only.
     */
    private void changeOver(Layout coming) {
        List<PendingJob> all = oldCalls.removeWaiting();
        for (Lane lane : lanes.values()) {
            all.addAll(lane.waiting().removeAll());
            Call call = lane.call();
            if (call == null) {
                lane.end();
            } else {
                oldCalls.add(lane, call);
            }
        }
        settle(coming, all);
    }

    /** All jobs of a key come from one place, in order, so any order of the places preserves theirs. */
    private void settle(Layout now, List<PendingJob> jobs) {
        layout = now;
        earlierIds.layoutChanged(now);
        refusals.reset();
        LOG.info(
                "queue={} jobs are added by layout version={} partitions={}",
                identity.queue(),
                now.version(),
                now.partitions());
        jobs.forEach(job -> place(now, job));
        new ArrayList<>(lanes.values()).forEach(this::send);
    }

    /**
     * @param job a job that was let in before
     * @return its lane; null if it waits for an older call, or was refused
     */
    private @Nullable Lane place(Layout now, PendingJob job) {
        if (otherLayout(now, job)) {
            return null;
        }
        Lane lane = laneOf(now, job);
        OldCalls.OldCall old = oldCalls.before(job, lane.partition());
        (old == null ? lane.waiting() : old.waiting()).addLast(job);
        return old == null ? lane : null;
    }

    /** An old call is over. If it added nothing, its jobs go first, before those that have waited for it. */
    private void release(OldCalls.OldCall old) {
        Layout now = layout;
        if (now == null || stopped) {
            return;
        }
        if (old.lane().awaitsLayout()) {
            old.lane().end();
        }
        Set<Lane> touched = new LinkedHashSet<>();
        List<PendingJob> refused = old.lane().remove(old.call());
        refused.removeIf(job -> otherLayout(now, job));
        Collections.reverse(refused);
        for (PendingJob job : refused) {
            Lane lane = laneOf(now, job);
            lane.waiting().addFirst(job);
            touched.add(lane);
        }
        for (PendingJob job : old.waiting().removeAll()) {
            Lane lane = place(now, job);
            if (lane != null) {
                touched.add(lane);
            }
        }
        touched.forEach(this::send);
    }
}
