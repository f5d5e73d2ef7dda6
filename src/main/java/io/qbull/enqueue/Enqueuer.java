package io.qbull.enqueue;

import io.qbull.config.EnqueueSettings;
import io.qbull.model.EnqueueException;
import io.qbull.model.Enqueued;
import io.qbull.model.JobFeed;
import io.qbull.model.JobFormat;
import io.qbull.model.KeyHash;
import io.qbull.model.NewJob;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.model.SourceId;
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
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Adds the jobs of one queue's producers on one pod. Thread-safe; no method blocks. Drain it before its loop ends.
 *
 * <p>Callers only drop their jobs into a queue; one task of the loop takes out many at a time and gives them to the lanes.
 */
public final class Enqueuer {
    /** So many jobs are taken in before the loop's other tasks get a turn: leases must be renewed meanwhile. */
    private static final int AT_ONCE = 1_000;
    /** One look at the waiting callers serves many of them, so that a caller may hear of its timeout this much later. */
    private static final Duration LOOK_EVERY = Duration.ofMillis(25);

    private final Identity identity;
    private final JobLog jobs;
    private final EventLoop loop;
    private final Sources sources;
    private final Lanes lanes;
    private final MemoryBudget room = new MemoryBudget();
    private final Queue<PendingJob> arrivals = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean awake = new AtomicBoolean();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private volatile boolean over;
    private EventLoop.@Nullable Timer patience;
    private EventLoop.@Nullable Timer look;
    private long lookAt;

    /**
     * @param identity whose jobs
     * @param layouts reads the queue's layouts
     * @param jobs takes the calls
     * @param loop runs everything but {@link #enqueue}
     * @param outagesTold whether somebody else says at present that Redis is away
     */
    public Enqueuer(Identity identity, LayoutReader layouts, JobLog jobs, EventLoop loop, BooleanSupplier outagesTold) {
        this.identity = identity;
        this.jobs = jobs;
        this.loop = loop;
        this.sources = new Sources(identity.queue(), layouts, jobs);
        this.lanes = new Lanes(
                identity,
                layouts,
                jobs,
                loop,
                new EnqueueFailureLog(identity.queue(), loop, outagesTold),
                this::endIfIdle);
    }

    /**
     * Adds a job. Jobs of one key that a thread adds one after another keep their order.
     *
     * @param job the job
     * @param settings how
     * @return where it is, once Redis has it; fails with an {@link EnqueueException}. It completes on the loop, which what depends
     *     on it must not block; cancelling it changes nothing
     */
    public CompletionStage<Enqueued> enqueue(NewJob job, EnqueueSettings settings) {
        try {
            return admit(checked(job, settings), null, settings);
        } catch (EnqueueException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Begins to read a source, or begins anew.
     *
     * @param source its name
     * @param since the layout version under which it was read first, 1 or more; zero = all that are remembered
     * @param lifetime how long its progress is remembered after each use; zero = until it is {@linkplain #forget forgotten}
     * @param settings how records are added
     * @return takes its records; fails with a {@link io.qbull.store.StoreException}, or with an {@link EnqueueException} if what was
     *     added before cannot be told any more
     */
    public CompletionStage<JobFeed> open(SourceId source, int since, Duration lifetime, EnqueueSettings settings) {
        return sources.progress(source, since, lifetime)
                .thenApply(progress -> new SourceFeed(
                                this,
                                identity,
                                source,
                                progress,
                                settings,
                                new SourceFeed.Renewals(
                                        lifetime, loop, () -> sources.progress(source, since, lifetime)))
                        .open());
    }

    /**
     * @param source that was read to its end, each record answered
     * @return completes when nothing is remembered of it
     */
    public CompletionStage<Void> forget(SourceId source) {
        return sources.forget(source);
    }

    /**
     * @param given a job
     * @param settings with the rules
     * @return the job as it is written
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
     * @param job {@linkplain #checked checked}
     * @param origin where it comes from; null = from nowhere that could give it again
     * @param settings how
     * @return where it is
     */
    CompletionStage<Enqueued> admit(NewJob job, PendingJob.@Nullable Origin origin, EnqueueSettings settings) {
        if (closing.get()) {
            return unavailable(origin, "not added: this pod takes no more jobs, it stops");
        }
        PendingJob pending = new PendingJob(job, origin, settings, room, loop.nanoTime());
        if (!room.enter(pending.size())) {
            return unavailable(origin, "not added: too many jobs wait on this pod");
        }
        arrivals.add(pending);
        if (over && arrivals.remove(pending)) {
            // The last look at the arrivals was before this one came.
            pending.fail(EnqueueException.Kind.UNAVAILABLE, "not added: this pod has stopped");
        } else {
            wake();
        }
        return pending.stage();
    }

    /**
     * Takes no more jobs, and waits for the answers to those that it has taken. May be called again.
     *
     * @param grace how long to wait; whoever has no answer then is told so. Only that of the first call counts
     * @return completes on the loop when every caller has an answer
     */
    public CompletionStage<Void> drain(Duration grace) {
        if (closing.compareAndSet(false, true)) {
            loop.execute(() -> {
                patience = loop.schedule(grace, this::end);
                endIfIdle();
            });
        }
        return closed;
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
            if (over) {
                job.fail(EnqueueException.Kind.UNAVAILABLE, "not added: this pod has stopped");
                continue;
            }
            Lane lane = lanes.admit(job);
            if (lane != null) {
                touched.add(lane);
            }
            lookIn(job.left(loop.nanoTime()));
            if (++taken == AT_ONCE) {
                wake();
                break;
            }
        }
        touched.forEach(lanes::ready);
    }

    private void lookIn(long nanos) {
        long delay = Math.max(nanos, LOOK_EVERY.toNanos());
        long at = loop.nanoTime() + delay;
        if (look != null && lookAt - at <= 0) {
            return;
        }
        if (look != null) {
            look.cancel();
        }
        lookAt = at;
        look = loop.schedule(Duration.ofNanos(delay), this::look);
    }

    private void look() {
        look = null;
        long next = lanes.expire();
        if (next != Long.MAX_VALUE && !over) {
            lookIn(next);
        }
    }

    private void endIfIdle() {
        if (closing.get() && !over && arrivals.isEmpty() && lanes.idle()) {
            end();
        }
    }

    private void end() {
        if (over) {
            return;
        }
        over = true;
        lanes.close();
        takeIn();
        if (look != null) {
            look.cancel();
        }
        if (patience != null) {
            patience.cancel();
        }
        closed.complete(null);
    }

    private static CompletionStage<Enqueued> unavailable(PendingJob.@Nullable Origin origin, String message) {
        if (origin != null) {
            origin.feed().breakOff();
        }
        return CompletableFuture.failedFuture(new EnqueueException(EnqueueException.Kind.UNAVAILABLE, message));
    }

    /**
     * @param queue where to
     * @param pod this pod
     * @param nonce unique for this enqueuer, over all lives of the pod; letters and digits
     * @param keyHash how keys map to partitions
     */
    public record Identity(QueueName queue, PodId pod, String nonce, KeyHash keyHash) {}
}
