package io.qbull.partition;

import io.qbull.config.PumpSettings;
import io.qbull.model.Delivery;
import io.qbull.model.Entry;
import io.qbull.model.Job;
import io.qbull.model.JobHandler;
import io.qbull.model.Lease;
import io.qbull.model.Ownership;
import io.qbull.model.StreamId;
import io.qbull.partition.RetryPolicy.Next;
import io.qbull.runtime.EventLoop;
import io.qbull.store.JobLog.Fetch;
import io.qbull.store.JobLog.Verdict;
import io.qbull.store.Store;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works off one partition under one lease: strictly one job after another, in stream order. A job that fails is run again in its
 * place after a pause, and buried after {@code maxAttempts}; the partition waits meanwhile. It never dies of an error that it
 * could outlive: a command without answer is repeated until it is answered or the lease is lost.
 *
 * <p>All methods are called on the event loop, except {@link #unfinished}, {@link #inFlight} and {@link #standstill}.
 */
public final class PartitionPump {
    /** Bounds what may run twice after a crash; beyond it no job is started before a commit is answered. */
    private static final int MOST_UNCOMMITTED = 256;

    /** The most entries from the head of the stream among which a pump has started jobs: one in flight, the rest uncommitted. */
    public static final int WINDOW = MOST_UNCOMMITTED + 1;

    private static final Logger LOG = LoggerFactory.getLogger(PartitionPump.class);
    private static final Duration RETRY = Duration.ofMillis(100);

    private final Lease lease;
    private final PumpSettings settings;
    private final Store store;
    private final EventLoop loop;
    private final Crew crew;
    private final Listener listener;
    private final Prefetched prefetched;
    private final Commits commits = new Commits();
    private final Standstill standstill = new Standstill();

    private State state = State.RUNNING;
    /** A fetch is under way. */
    private boolean fetching;
    /** The last fetch reached the end of the stream, and nothing was heard since. */
    private boolean exhausted;
    /** The head waits for a script or for its pause. */
    private boolean headBlocked;
    /** The head waits for its pause. */
    private boolean headPaused;
    /** Scripts under way other than fetch: a drain waits for them. */
    private int scripts;

    private EventLoop.@Nullable Timer commitTimer;
    private @Nullable Runnable whenClosed;
    private volatile @Nullable JobRun inFlight;
    private volatile int uncommitted;

    /** Where a pump is in its life; the package comment draws the moves. */
    enum State {
        RUNNING,
        DRAINING,
        ABANDONED,
        CLOSED;

        boolean mayBecome(State next) {
            return switch (this) {
                case RUNNING -> next == DRAINING || next == ABANDONED;
                case DRAINING -> next == ABANDONED || next == CLOSED;
                case ABANDONED -> next == CLOSED;
                case CLOSED -> false;
            };
        }
    }

    /**
     * @param lease the lease under which it works
     * @param settings how
     * @param store where the partition is
     * @param loop runs everything but the jobs
     * @param crew runs the jobs
     * @param listener is asked and told by the pump
     */
    public PartitionPump(
            Lease lease, PumpSettings settings, Store store, EventLoop loop, Crew crew, Listener listener) {
        this.lease = lease;
        this.settings = settings;
        this.store = store;
        this.loop = loop;
        this.crew = crew;
        this.listener = listener;
        this.prefetched = new Prefetched(settings.prefetch(), settings.prefetchBytes());
    }

    /** Begins to work. */
    public void start() {
        step();
    }

    /** The lease is trusted for longer: goes on if it had stopped for that. */
    public void resume() {
        step();
    }

    /**
     * Starts no more jobs, lets the one in flight end and commits.
     *
     * @param then called once, when that is done; not called if the lease is lost before
     */
    public void drain(Runnable then) {
        if (state == State.RUNNING) {
            transition(State.DRAINING);
            whenClosed = then;
            store.wakeUps().forget(lease.partition());
            step();
        }
    }

    /**
     * The lease is lost: starts and commits nothing more.
     *
     * @param then called once, when the job in flight has ended; its result is ignored
     */
    public void abandon(Runnable then) {
        if (state == State.RUNNING || state == State.DRAINING) {
            giveUp();
        }
        whenClosed = then;
        closeIfDone();
    }

    /**
     * @return jobs that run or wait for their commit; from any thread
     */
    public int unfinished() {
        return (inFlight == null ? 0 : 1) + uncommitted;
    }

    /**
     * @return the job that runs now; from any thread
     */
    public @Nullable Delivery inFlight() {
        JobRun run = inFlight;
        return run == null ? null : run.delivery;
    }

    /**
     * @param limit how long a partition with jobs may stand still
     * @return one line if it has for longer, with the reason, else empty; from any thread
     */
    public String standstill(Duration limit) {
        return standstill.longerThan(limit, loop.nanoTime());
    }

    /** Does whatever can be done now. Called after every event. */
    private void step() {
        dispatch();
        fetchIfWorthwhile();
        commitIfDue();
        closeIfDone();
        standstill.now(cause(), loop.nanoTime());
    }

    private Standstill.Cause cause() {
        if (inFlight != null) {
            return Standstill.Cause.JOB;
        }
        if (state == State.ABANDONED || state == State.CLOSED) {
            return Standstill.Cause.NONE;
        }
        if (headPaused) {
            return Standstill.Cause.PAUSE;
        }
        Entry head = prefetched.head();
        if (scripts > 0 || (head == null && fetching)) {
            return Standstill.Cause.ANSWER;
        }
        if (headBlocked) {
            return Standstill.Cause.THREAD;
        }
        return head == null ? Standstill.Cause.NONE : Standstill.Cause.TRUST;
    }

    private void dispatch() {
        if (state != State.RUNNING || inFlight != null || headBlocked || commits.size() >= MOST_UNCOMMITTED) {
            return;
        }
        Entry head = prefetched.head();
        if (head == null || !listener.trusted(lease)) {
            return;
        }
        if (head instanceof Entry.Undecodable undecodable) {
            bury(undecodable.streamId(), undecodable.reason(), 0);
        } else if (head instanceof Entry.Decoded decoded) {
            run(decoded.job());
        }
    }

    private void run(Job job) {
        if (RetryPolicy.afterFailure(settings, job.failedAttempts()) instanceof Next.Bury) {
            bury(
                    job.streamId(),
                    "failed " + job.failedAttempts() + " times under an earlier owner",
                    job.failedAttempts());
            return;
        }
        Delivery delivery = new Delivery(job, lease, job.failedAttempts() + 1);
        JobRun run = new JobRun(delivery, crew.handler(), new RunEnding());
        inFlight = run;
        try {
            crew.workers().execute(run);
        } catch (RejectedExecutionException e) {
            LOG.warn("{} job={} not started, the workers are shut down", lease, job.id());
            inFlight = null;
            fenced();
        } catch (RuntimeException | Error e) {
            // No thread could be had, for example: the shortage may pass.
            LOG.error("{} job={} not started, again in {}: {}", lease, job.id(), RETRY, e.toString());
            inFlight = null;
            headBlocked = true;
            loop.schedule(RETRY, () -> {
                headBlocked = false;
                step();
            });
        }
    }

    private void ended(JobRun run, @Nullable String failure) {
        inFlight = null;
        if (state == State.RUNNING || state == State.DRAINING) {
            if (failure == null) {
                finish(run.delivery.job().streamId());
            } else {
                failed(run.delivery, failure);
            }
        }
        step();
    }

    private void finish(StreamId done) {
        prefetched.removeHead();
        standstill.moved(loop.nanoTime());
        commits.add(done);
        uncommitted = commits.size();
    }

    private void failed(Delivery delivery, String reason) {
        Job job = delivery.job();
        int attempts = delivery.attempt();
        if (RetryPolicy.afterFailure(settings, attempts) instanceof Next.Retry retry) {
            LOG.info("{} job={} attempt {} failed, again in {}: {}", lease, job.id(), attempts, retry.pause(), reason);
            headBlocked = true;
            perform(() -> store.jobs().fail(lease, job.streamId(), attempts), () -> pause(job, attempts, retry));
        } else {
            LOG.warn("{} job={} failed {} times, buried: {}", lease, job.id(), attempts, reason);
            bury(job.streamId(), reason, attempts);
        }
    }

    private void pause(Job job, int failedAttempts, Next.Retry retry) {
        if (state != State.RUNNING) {
            return;
        }
        headPaused = true;
        standstill.pause(loop.nanoTime() + retry.pause().toNanos());
        loop.schedule(retry.pause(), () -> {
            headPaused = false;
            if (state == State.RUNNING && prefetched.head() instanceof Entry.Decoded head) {
                prefetched.replaceHead(new Entry.Decoded(again(job, failedAttempts), head.size()));
                headBlocked = false;
                step();
            }
        });
    }

    private static Job again(Job job, int failedAttempts) {
        return new Job(
                job.streamId(),
                job.id(),
                job.key(),
                job.enqueuedAtMillis(),
                job.body(),
                job.contentType(),
                job.headers(),
                failedAttempts);
    }

    private void bury(StreamId entry, String reason, int attempts) {
        headBlocked = true;
        perform(() -> store.jobs().bury(lease, entry, reason, attempts), () -> {
            headBlocked = false;
            prefetched.removeHead();
            standstill.moved(loop.nanoTime());
        });
    }

    /** Repeats a command of the owner until it is answered; the scripts are safe to repeat. */
    private void perform(Supplier<CompletionStage<Verdict>> command, Runnable done) {
        scripts++;
        attempt(command, done);
    }

    private void attempt(Supplier<CompletionStage<Verdict>> command, Runnable done) {
        command.get()
                .whenComplete((verdict, failure) -> loop.execute(() -> {
                    if (state == State.ABANDONED || state == State.CLOSED) {
                        return;
                    }
                    if (verdict == null) {
                        listener.unanswered(lease, failure);
                        loop.schedule(RETRY, () -> repeat(command, done));
                        return;
                    }
                    listener.answered(lease);
                    scripts--;
                    if (verdict == Verdict.FENCED) {
                        fenced();
                    } else {
                        done.run();
                        step();
                    }
                }));
    }

    private void repeat(Supplier<CompletionStage<Verdict>> command, Runnable done) {
        if (state == State.RUNNING || state == State.DRAINING) {
            attempt(command, done);
        }
    }

    private void fetchIfWorthwhile() {
        if (state != State.RUNNING || fetching || exhausted || !prefetched.wantsMore()) {
            return;
        }
        fetching = true;
        store.jobs()
                .fetch(lease, prefetched.last(), prefetched.room(), prefetched.byteRoom())
                .whenComplete((fetch, failure) -> loop.execute(() -> fetched(fetch, failure)));
    }

    private void fetched(@Nullable Fetch fetch, @Nullable Throwable failure) {
        if (state != State.RUNNING) {
            return;
        }
        if (fetch instanceof Fetch.Entries read) {
            listener.answered(lease);
            fetching = false;
            prefetched.add(read.entries());
            if (!read.more()) {
                exhausted = true;
                store.wakeUps().watch(lease.partition(), prefetched.last(), () -> loop.execute(this::wake));
            }
            step();
        } else if (fetch instanceof Fetch.Fenced) {
            fenced();
        } else {
            listener.unanswered(lease, failure);
            loop.schedule(RETRY, () -> {
                fetching = false;
                step();
            });
        }
    }

    private void wake() {
        exhausted = false;
        step();
    }

    /** Leaves at once when a batch is full or nothing else is to do, else when the oldest has waited for the interval. */
    private void commitIfDue() {
        boolean open = state == State.RUNNING || state == State.DRAINING;
        if (!open || commits.outstanding() || !commits.anyWaiting()) {
            return;
        }
        boolean idle = inFlight == null && (state == State.DRAINING || prefetched.head() == null);
        if (commits.full() || idle || settings.commitInterval().isZero()) {
            commit();
        } else if (commitTimer == null) {
            commitTimer = loop.schedule(settings.commitInterval(), () -> {
                commitTimer = null;
                if (!commits.outstanding() && commits.anyWaiting()) {
                    commit();
                }
            });
        }
    }

    private void commit() {
        if (commitTimer != null) {
            commitTimer.cancel();
            commitTimer = null;
        }
        List<StreamId> done = commits.depart();
        perform(() -> store.jobs().commit(lease, done), () -> {
            commits.arrived();
            standstill.moved(loop.nanoTime());
            uncommitted = commits.size();
        });
    }

    private void fenced() {
        giveUp();
        listener.fenced(lease);
        closeIfDone();
    }

    private void giveUp() {
        transition(State.ABANDONED);
        whenClosed = null;
        store.wakeUps().forget(lease.partition());
        prefetched.clear();
        commits.clear();
        uncommitted = 0;
        standstill.now(cause(), loop.nanoTime());
    }

    private void closeIfDone() {
        Runnable then = whenClosed;
        boolean drained = state == State.DRAINING && scripts == 0 && commits.size() == 0;
        if (inFlight == null && then != null && (drained || state == State.ABANDONED)) {
            transition(State.CLOSED);
            prefetched.clear();
            whenClosed = null;
            then.run();
        }
    }

    private void transition(State next) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException(lease + ": a pump does not go from " + state + " to " + next);
        }
        state = next;
    }

    /** Brings the ends of runs back to the loop. */
    private final class RunEnding implements JobRun.Ending {
        @Override
        public boolean mayStart() {
            return listener.trusted(lease);
        }

        @Override
        public void notStarted() {
            loop.execute(() -> {
                inFlight = null;
                step();
            });
        }

        @Override
        public void ended(JobRun run, @Nullable String failure) {
            loop.execute(() -> PartitionPump.this.ended(run, failure));
        }
    }

    /**
     * Who runs the jobs.
     *
     * @param handler runs a job
     * @param workers runs the handler
     */
    public record Crew(JobHandler handler, Executor workers) {}

    /** What the pump asks and tells, on the event loop. */
    public interface Listener extends Ownership {
        /**
         * @param lease was refused by Redis: it has ended; the pump has stopped and waits for {@link PartitionPump#abandon}
         */
        void fenced(Lease lease);

        /**
         * @param lease a command under it was answered
         */
        void answered(Lease lease);

        /**
         * @param lease a command under it got no answer; the pump repeats it
         * @param failure why
         */
        void unanswered(Lease lease, @Nullable Throwable failure);
    }
}
