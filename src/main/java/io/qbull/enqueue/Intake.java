package io.qbull.enqueue;

import io.qbull.config.EnqueueSettings;
import io.qbull.model.EnqueueException;
import io.qbull.model.Enqueued;
import io.qbull.model.JobFormat;
import io.qbull.model.Layout;
import io.qbull.model.NewJob;
import io.qbull.runtime.EventLoop;
import io.qbull.store.JobLog;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Where jobs come in. Callers only put their jobs into a queue, from any thread; one task of the loop takes out many at a time and
 * gives them to the lanes.
 */
final class Intake {
    /** The most jobs taken in before other tasks of the loop get a turn: leases must be renewed meanwhile. */
    private static final int AT_ONCE = 1_000;
    /** One check of the timeouts serves many callers, so one may hear of its timeout this much later. */
    private static final Duration CHECK_EVERY = Duration.ofMillis(25);

    private final JobLog jobs;
    private final EventLoop loop;
    private final Lanes lanes;
    private final MemoryBudget budget = new MemoryBudget();
    private final Queue<PendingJob> arrivals = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean awake = new AtomicBoolean();
    private final AtomicBoolean draining = new AtomicBoolean();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile boolean stopped;
    private EventLoop.@Nullable Timer drainLimit;
    private EventLoop.@Nullable Timer check;
    private long checkAt;

    /**
     * @param identity whose jobs it takes
     * @param layouts reads the queue's layouts
     * @param jobs takes the calls
     * @param loop runs everything that callers need not wait for
     * @param refusals hears why jobs cannot be added
     */
    Intake(ProducerIdentity identity, LayoutReader layouts, JobLog jobs, EventLoop loop, RefusalReporter refusals) {
        this.jobs = jobs;
        this.loop = loop;
        this.lanes = new Lanes(identity, layouts, jobs, loop, refusals, this::stopIfIdle);
    }

    /**
     * @param given a job as its caller gave it
     * @param settings how it is to be added
     * @return the job as it is to be written
     * @throws EnqueueException if it breaks a rule
     */
    NewJob checked(NewJob given, EnqueueSettings settings) {
        NewJob job = settings.format() == JobFormat.QBULL ? jobs.original(given, loop.now()) : given;
        String broken = JobRules.broken(job, settings, loop.now());
        if (broken != null) {
            throw new EnqueueException(EnqueueException.Kind.INVALID, broken);
        }
        return job;
    }

    /**
     * @param job a {@linkplain #checked checked} job
     * @param origin its place in a source; null if it comes from none
     * @param settings how to add it
     * @return where the job is, once Redis has it; fails with an {@link EnqueueException}
     */
    CompletionStage<Enqueued> admit(NewJob job, @Nullable Origin origin, EnqueueSettings settings) {
        if (draining.get()) {
            return unavailable(origin, "not added: this pod is stopping and takes no more jobs");
        }
        PendingJob pending = new PendingJob(job, origin, settings, budget, loop.nanoTime());
        if (!budget.enter(pending.size())) {
            return unavailable(origin, "not added: too many jobs wait on this pod");
        }
        arrivals.add(pending);
        if (stopped && arrivals.remove(pending)) {
            // It arrived after the last look at the arrivals.
            pending.fail(EnqueueException.Kind.UNAVAILABLE, "not added: this pod has stopped");
        } else {
            wake();
        }
        return pending.stage();
    }

    /**
     * @param longest how long to wait for answers; only the value of the first call counts
     * @return completes on the loop when every caller has an answer
     */
    CompletionStage<Void> drain(Duration longest) {
        if (draining.compareAndSet(false, true)) {
            loop.execute(() -> {
                drainLimit = loop.schedule(longest, this::stop);
                stopIfIdle();
            });
        }
        return ended;
    }

    /** On the loop. */
    void layoutChanged(Layout layout) {
        if (!stopped) {
            lanes.layoutChanged(layout);
        }
    }

    private void wake() {
        if (awake.compareAndSet(false, true)) {
            loop.execute(this::takeIn);
        }
    }

    private void takeIn() {
        awake.set(false);
        Set<Lane> touched = new LinkedHashSet<>();
        int taken = 0;
        for (PendingJob job = arrivals.poll(); job != null; job = arrivals.poll()) {
            if (stopped) {
                job.fail(EnqueueException.Kind.UNAVAILABLE, "not added: this pod has stopped");
                continue;
            }
            Lane lane = lanes.admit(job);
            if (lane != null) {
                touched.add(lane);
            }
            checkIn(job.left(loop.nanoTime()));
            if (++taken == AT_ONCE) {
                wake();
                break;
            }
        }
        touched.forEach(lanes::ready);
    }

    private void checkIn(long nanos) {
        long delay = Math.max(nanos, CHECK_EVERY.toNanos());
        long at = loop.nanoTime() + delay;
        if (check != null && checkAt - at <= 0) {
            return;
        }
        if (check != null) {
            check.cancel();
        }
        checkAt = at;
        check = loop.schedule(Duration.ofNanos(delay), this::check);
    }

    private void check() {
        check = null;
        long next = lanes.expire();
        if (next != Long.MAX_VALUE && !stopped) {
            checkIn(next);
        }
    }

    private void stopIfIdle() {
        if (draining.get() && !stopped && arrivals.isEmpty() && lanes.idle()) {
            stop();
        }
    }

    private void stop() {
        if (stopped) {
            return;
        }
        stopped = true;
        lanes.stop();
        takeIn();
        if (check != null) {
            check.cancel();
        }
        if (drainLimit != null) {
            drainLimit.cancel();
        }
        ended.complete(null);
    }

    private static CompletionStage<Enqueued> unavailable(@Nullable Origin origin, String message) {
        if (origin != null) {
            origin.reading().breakOff();
        }
        return CompletableFuture.failedFuture(new EnqueueException(EnqueueException.Kind.UNAVAILABLE, message));
    }
}
