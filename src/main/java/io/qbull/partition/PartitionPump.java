package io.qbull.partition;

import io.qbull.config.PumpSettings;
import io.qbull.model.Attempts;
import io.qbull.model.Delivery;
import io.qbull.model.Entry;
import io.qbull.model.Failure;
import io.qbull.model.Job;
import io.qbull.model.JobPlace;
import io.qbull.model.Lease;
import io.qbull.model.StreamId;
import io.qbull.partition.Prefetched.Slot;
import io.qbull.partition.RetryPolicy.Next;
import io.qbull.runtime.EventLoop;
import io.qbull.store.HeldJobs.Advance;
import io.qbull.store.HeldJobs.Failed;
import io.qbull.store.HeldJobs.Page;
import io.qbull.store.HeldJobs.Parked;
import io.qbull.store.JobLog.Burial;
import io.qbull.store.JobLog.Fetch;
import io.qbull.store.Reachability;
import io.qbull.store.Reachability.Subject;
import io.qbull.store.Store;
import io.qbull.store.WakeUps.Known;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works off one partition under one lease: one job after another, in stream order. A job that fails leaves the stream and waits for its
 * pause, and all that follow it with its key wait behind it; other keys go on. It never dies of an error that it could outlive: a
 * command without answer is repeated until it is answered or the lease is lost.
 *
 * <p>After an owner that may have died over a job, the jobs that it may have started run one at a time, each recorded before it
 * starts and its end answered before the next.
 *
 * <p>All methods are called on the event loop, except {@link #unfinished}, {@link #inFlight} and {@link #standstill}.
 */
public final class PartitionPump {
    /** Bounds what may run twice after a crash; beyond it no job is started before a commit is answered. */
    private static final int MOST_UNCOMMITTED = 256;

    /** The most entries from the head of the stream among which a pump has started jobs: one in flight, the rest uncommitted. */
    public static final int WINDOW = MOST_UNCOMMITTED + 1;

    /** So many entries of held keys at the head of the stream are worth a call that parks them. */
    private static final int CROWD = 32;

    private static final Logger LOG = LoggerFactory.getLogger(PartitionPump.class);
    private static final Duration RETRY = Duration.ofMillis(100);
    private final Lease lease;
    private final PumpSettings settings;
    private final Store store;
    private final EventLoop loop;
    private final Reachability reachability;
    private final JobExecutor crew;
    private final PumpListener listener;
    private final RetryPolicy policy;
    private final Prefetched prefetched;
    private final HeldKeys held = new HeldKeys();
    private final Commits commits = new Commits();
    private final FencedCommands commands;
    private final OwnerInbox errands;
    /** Entries over which the owner before may have died, and which were parked before they ran again. */
    private final Set<StreamId> parkedSuspects = new HashSet<>();

    private final StallReason standstill = new StallReason();

    private State state = State.RUNNING;
    /** Which keys are held is known. */
    private boolean loaded;
    /** The owner before may have died over a job. */
    private boolean afterCrash;
    /** A fetch is under way. */
    private boolean fetching;
    /** The last fetch reached the end of the stream, and nothing was heard since. */
    private boolean exhausted;
    /** Something was heard since the last fetch. */
    private boolean looking;
    /** What the bell is set for; null once it has rung. */
    private @Nullable Known heard;
    /** A job is recorded as suspect, or no thread could be had for one: none starts meanwhile. */
    private boolean dispatchBlocked;
    /** The last job did not come from a held key. */
    private boolean heldTurn;

    /** The last job was a suspect, or the next one is: nothing stays uncommitted. */
    private boolean careful;

    /** The first job of a held key is being read; one at a time, so that few are in memory. */
    private boolean reading;
    /** Finished jobs of held keys whose removal is under way. */
    private int advancing;

    private boolean parking;
    /** Since the last look for entries to park, entries were read or a script was answered: a job's end leads to none. */
    private boolean parkable;

    private EventLoop.@Nullable Timer commitTimer;
    private EventLoop.@Nullable Timer retryTimer;
    private long retryAt;
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
     * @param context what it works with
     * @param crew runs the jobs
     * @param listener is asked and told by the pump
     */
    public PartitionPump(
            Lease lease, PumpSettings settings, PumpContext context, JobExecutor crew, PumpListener listener) {
        this.lease = lease;
        this.settings = settings;
        this.store = context.store();
        this.loop = context.loop();
        this.reachability = context.reachability();
        this.crew = crew;
        this.listener = listener;
        this.policy = new RetryPolicy(settings.retry(), context.random());
        this.prefetched = new Prefetched(settings.prefetch(), settings.prefetchBytes());
        this.commands = new FencedCommands(lease, loop, reachability, this::fenced, this::answered);
        this.errands = new OwnerInbox(
                lease,
                new OwnerInbox.Means(store, loop, settings.prefetchBytes()),
                held,
                commands,
                this::working,
                new ErrandEvents());
    }

    /**
     * Begins to work.
     *
     * @param suspects among how many entries from the head of the stream the owner before may have started the job over which it
     *     died; zero if it did not die
     */
    public void start(int suspects) {
        afterCrash = suspects > 0;
        prefetched.suspect(suspects);
        load(Page.START);
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
     * @return the jobs that run now; from any thread
     */
    public List<Delivery> inFlight() {
        JobRun run = inFlight;
        return run == null ? List.of() : List.of(run.delivery);
    }

    /**
     * @param limit how long a partition with jobs may stand still
     * @return one line if it has for longer, with the reason, else empty; from any thread
     */
    public String standstill(Duration limit) {
        return standstill.longerThan(limit, loop.nanoTime());
    }

    /** The partition is still this pump's, and may be for long: delayed jobs get due meanwhile. */
    private boolean working() {
        return state == State.RUNNING || (state == State.DRAINING && inFlight != null);
    }

    /** Does whatever can be done now. Called after every event. */
    private void step() {
        if (working() && loaded) {
            errands.attend(state == State.DRAINING);
        }
        if (state == State.RUNNING) {
            held.wake(loop.nanoTime());
            boolean started;
            do {
                started = dispatch();
            } while (started && inFlight == null);
            park();
            awaitRetry();
        }
        if (working()) {
            fetchIfWorthwhile();
            listen();
        }
        commitIfDue();
        closeIfDone();
        standstill.now(cause(), loop.nanoTime());
    }

    /** A command was answered. */
    private void answered() {
        parkable = true;
        step();
    }

    private StallReason.Cause cause() {
        if (inFlight != null) {
            return StallReason.Cause.JOB;
        }
        if (state == State.ABANDONED || state == State.CLOSED) {
            return StallReason.Cause.NONE;
        }
        if (commands.underWay() > 0 || !loaded) {
            return StallReason.Cause.ANSWER;
        }
        if (dispatchBlocked) {
            return StallReason.Cause.THREAD;
        }
        if (held.next() != null || firstRunnable() != null) {
            return StallReason.Cause.TRUST;
        }
        if (prefetched.isEmpty() && fetching) {
            return StallReason.Cause.ANSWER;
        }
        HeldKey first = held.firstWaiting();
        if (first != null) {
            standstill.pause(first.due);
            return StallReason.Cause.PAUSE;
        }
        return held.isEmpty() ? StallReason.Cause.NONE : StallReason.Cause.HELD;
    }

    /** The first entry that no held key keeps back, if it is not too far from the head; after a crash its place must be known. */
    private @Nullable Slot firstRunnable() {
        int index = 0;
        for (Slot slot : prefetched.slots()) {
            if (commits.size() + index >= MOST_UNCOMMITTED || held.full()) {
                return null;
            }
            if (!slot.moving && !blocked(slot)) {
                return slot;
            }
            index++;
        }
        return null;
    }

    private boolean blocked(Slot slot) {
        return slot.entry instanceof Entry.Decoded decoded
                && held.blocks(decoded.job().key());
    }

    /** Starts one job, or what must come before it. Held keys and the stream take turns. */
    private boolean dispatch() {
        if (!loaded || inFlight != null || dispatchBlocked || !listener.trusted(lease)) {
            return false;
        }
        HeldKey key = held.next();
        if (key != null && key.head == null) {
            readHead(key);
            key = null;
        }
        Slot slot = firstRunnable();
        if (key != null && (heldTurn || slot == null)) {
            heldTurn = false;
            return dispatch(key);
        }
        heldTurn = true;
        return slot != null && dispatch(slot);
    }

    private boolean dispatch(HeldKey key) {
        Advance.Next head = key.head;
        if (head != null && head.entry() instanceof Entry.Decoded decoded) {
            return begin(new Work(decoded.job(), head.place(), key), key.suspect);
        }
        if (head != null && head.entry() instanceof Entry.Undecodable undecodable) {
            bury(head.place(), key, new Burial(undecodable.reason(), "", 0));
        }
        return true;
    }

    private boolean dispatch(Slot slot) {
        if (slot.entry instanceof Entry.Decoded decoded) {
            Job job = decoded.job();
            return begin(new Work(job, JobPlace.inStream(job.streamId()), null), slot.suspect);
        }
        if (slot.entry instanceof Entry.Undecodable undecodable) {
            bury(slot, null, new Burial(undecodable.reason(), "", 0));
        }
        return true;
    }

    private boolean begin(Work work, boolean suspect) {
        Attempts attempts = work.job().attempts();
        // Counted crashes of a job whose last owner came back are no evidence: it may have been recorded and not
        // started.
        if (suspect && policy.deadly(attempts)) {
            LOG.warn(
                    "{} job={} crashed its worker {} times, buried",
                    lease,
                    work.job().id(),
                    attempts.crashed() + 1);
            bury(work, new Burial("crashed its worker", "", attempts.failed() + attempts.crashed() + 1));
            return true;
        }
        if (policy.spent(attempts)) {
            String reason = "failed " + attempts.failed() + " times under an earlier owner";
            bury(work, new Burial(reason, "", attempts.failed()));
            return true;
        }
        careful |= suspect;
        if (careful && (commits.size() > 0 || commands.underWay() > 0)) {
            return false;
        }
        careful = suspect;
        if (!suspect) {
            run(work);
            return true;
        }
        dispatchBlocked = true;
        HeldKey key = work.held();
        if (key != null) {
            held.touch(key.key);
        }
        commands.perform(() -> store.held().suspect(lease, work.place(), attempts.crashed() + 1), done -> {
            dispatchBlocked = false;
            if (key != null) {
                held.untouch(key);
            }
            if (state == State.RUNNING && listener.trusted(lease)) {
                run(work);
            }
        });
        return true;
    }

    private void run(Work work) {
        HeldKey key = work.held();
        if (key != null) {
            held.running(key);
        }
        Job job = work.job();
        Delivery delivery = new Delivery(job, lease, job.attempts().failed() + 1);
        RunEnding ending = new RunEnding(work);
        JobRun run = new JobRun(delivery, crew.handler(), ending);
        inFlight = run;
        try {
            crew.workers().execute(run);
        } catch (RejectedExecutionException e) {
            LOG.warn("{} job={} not started, the workers are shut down", lease, job.id());
            inFlight = null;
            fenced();
            return;
        } catch (RuntimeException | Error e) {
            // No thread could be had, for example: the shortage may pass.
            LOG.error("{} job={} not started, again in {}: {}", lease, job.id(), RETRY, e.toString());
            notStarted(work);
            dispatchBlocked = true;
            loop.schedule(RETRY, () -> {
                dispatchBlocked = false;
                step();
            });
            return;
        }
        Duration timeout = settings.retry().jobTimeout();
        if (!timeout.isZero()) {
            String reason = "ran longer than " + timeout;
            ending.limit = loop.schedule(timeout, () -> run.timeOut(new Failure(reason, "", Failure.Course.RETRY)));
        }
    }

    private void notStarted(Work work) {
        inFlight = null;
        HeldKey key = work.held();
        if (key != null) {
            held.notStarted(key);
        }
    }

    private void ended(Work work, @Nullable Failure failure) {
        inFlight = null;
        if (state == State.RUNNING || state == State.DRAINING) {
            HeldKey key = work.held();
            if (key != null) {
                key.suspect = false;
            }
            if (failure == null) {
                finished(work);
            } else {
                failed(work, failure);
            }
        }
        step();
    }

    private void finished(Work work) {
        standstill.moved(loop.nanoTime());
        HeldKey key = work.held();
        if (key == null) {
            prefetched.remove(work.place().streamId());
            commits.add(work.place().streamId());
        } else {
            advancing++;
            advance(key, work.place(), () -> {
                advancing--;
                uncommitted = commits.size() + advancing;
                standstill.moved(loop.nanoTime());
            });
        }
        uncommitted = commits.size() + advancing;
    }

    private void failed(Work work, Failure failure) {
        Job job = work.job();
        int attempts = job.attempts().failed() + 1;
        Next next = policy.afterFailure(failure, attempts);
        if (next instanceof Next.Bury) {
            LOG.warn("{} job={} failed {} times, buried: {}", lease, job.id(), attempts, failure.reason());
            bury(work, new Burial(failure.reason(), failure.exception(), attempts));
            return;
        }
        Duration pause = next instanceof Next.Retry retry ? retry.pause() : null;
        if (pause != null) {
            LOG.info(
                    "{} job={} attempt {} failed, again in {}: {}", lease, job.id(), attempts, pause, failure.reason());
        } else {
            LOG.warn(
                    "{} job={} failed {} times, its key waits until a person retries or drops it: {}",
                    lease,
                    job.id(),
                    attempts,
                    failure.reason());
        }
        HeldKey key = held.touch(job.key());
        Slot slot = work.held() == null ? prefetched.find(job.streamId()) : null;
        if (slot != null) {
            slot.moving = true;
        }
        Failed failed = new Failed(attempts, pause, failure.reason());
        // Else, after a crash, a job of its key that was finished before would run again behind it.
        commits.then(() -> commands.perform(() -> store.held().fail(lease, work.place(), job.key(), failed), done -> {
            if (slot != null) {
                prefetched.remove(job.streamId());
            }
            held.waitFor(key, pause, loop.nanoTime());
            held.untouch(key);
        }));
    }

    private void bury(Work work, Burial burial) {
        HeldKey key = work.held();
        Slot slot = prefetched.find(work.place().streamId());
        if (key != null) {
            bury(work.place(), key, burial);
        } else if (slot != null) {
            bury(slot, work.job().key(), burial);
        }
    }

    private void bury(JobPlace place, HeldKey key, Burial burial) {
        held.touch(key.key);
        key.suspect = false;
        commands.perform(() -> store.jobs().bury(lease, place, key.key, burial), done -> {
            standstill.moved(loop.nanoTime());
            held.waitFor(key, Duration.ZERO, loop.nanoTime());
            held.untouch(key);
        });
    }

    private void bury(Slot slot, @Nullable String key, Burial burial) {
        HeldKey touched = key == null ? null : held.touch(key);
        slot.moving = true;
        JobPlace place = JobPlace.inStream(slot.entry.streamId());
        commits.then(() ->
                commands.perform(() -> store.jobs().bury(lease, place, key == null ? "" : key, burial), done -> {
                    standstill.moved(loop.nanoTime());
                    prefetched.remove(place.streamId());
                    if (touched != null) {
                        held.untouch(touched);
                    }
                }));
    }

    private void readHead(HeldKey key) {
        if (!reading) {
            reading = true;
            advance(key, null, () -> reading = false);
        }
    }

    /** Goes on with a held key. */
    private void advance(HeldKey key, @Nullable JobPlace done, Runnable then) {
        held.touch(key.key);
        commands.perform(() -> store.held().advance(lease, key.key, done), answer -> {
            then.run();
            if (answer instanceof Advance.Next next) {
                key.suspect |= parkedSuspects.remove(next.place().streamId());
                held.loaded(key, next);
            } else {
                held.free(key);
            }
            held.untouch(key);
        });
    }

    /** Takes the entries of held keys out of the stream when they are in the way of others. */
    private void park() {
        if (parking || held.isEmpty()) {
            return;
        }
        boolean stuck = !exhausted && !prefetched.wantsMore() && firstRunnable() == null;
        if (!parkable && !stuck) {
            return;
        }
        parkable = false;
        List<Slot> slots = prefetched.slots().stream().filter(this::parkable).toList();
        if (slots.isEmpty() || (!stuck && slots.size() < Math.min(CROWD, settings.prefetch() / 2))) {
            return;
        }
        List<Parked> parked = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>();
        for (Slot slot : slots) {
            if (slot.entry instanceof Entry.Decoded decoded) {
                slot.moving = true;
                if (slot.suspect) {
                    parkedSuspects.add(slot.entry.streamId());
                }
                names.add(decoded.job().key());
                parked.add(new Parked(slot.entry.streamId(), decoded.job().key()));
            }
        }
        List<HeldKey> keys = names.stream().map(held::touch).toList();
        parking = true;
        commands.perform(() -> store.held().park(lease, parked), done -> {
            parking = false;
            parked.forEach(each -> prefetched.remove(each.job()));
            keys.forEach(held::untouch);
        });
    }

    /** Of a held key that nothing else is being done about, so that its jobs follow each other in order. */
    private boolean parkable(Slot slot) {
        if (slot.moving || !(slot.entry instanceof Entry.Decoded decoded)) {
            return false;
        }
        HeldKey key = held.find(decoded.job().key());
        return key != null && key.free();
    }

    private void load(String cursor) {
        commands.perform(() -> store.held().keys(lease, cursor), answer -> {
            if (answer instanceof Page.Keys page) {
                long now = loop.nanoTime();
                page.keys().forEach((key, pause) -> held.load(key, pause, afterCrash, now));
                loaded = page.cursor().equals(Page.START);
                if (!loaded) {
                    load(page.cursor());
                }
            }
        });
    }

    private void fetchIfWorthwhile() {
        boolean wanted = state == State.RUNNING && !exhausted && prefetched.wantsMore();
        if (fetching || (!wanted && !looking)) {
            return;
        }
        fetching = true;
        looking = false;
        int room = wanted ? prefetched.room() : 1;
        int byteRoom = wanted ? prefetched.byteRoom() : 1;
        store.jobs()
                .fetch(lease, prefetched.last(), errands.told(), room, byteRoom)
                .whenComplete((fetch, failure) -> loop.execute(() -> fetched(fetch, failure, wanted)));
    }

    private void fetched(@Nullable Fetch fetch, @Nullable Throwable failure, boolean wanted) {
        if (!working()) {
            return;
        }
        if (fetch instanceof Fetch.Entries read) {
            reachability.answered(Subject.jobs(lease.partition().index()));
            fetching = false;
            errands.plan(read.agenda());
            if (wanted && state == State.RUNNING) {
                prefetched.add(read.entries(), !read.more());
                parkable = true;
                exhausted = !read.more();
            }
            step();
        } else if (fetch instanceof Fetch.Fenced) {
            fenced();
        } else {
            reachability.unanswered(Subject.jobs(lease.partition().index()), failure);
            loop.schedule(RETRY, () -> {
                fetching = false;
                looking = true;
                step();
            });
        }
    }

    /** Sets the bell: for requests at any time, for jobs when all that there were have been read. */
    private void listen() {
        Known known = new Known(state == State.RUNNING && exhausted ? prefetched.last() : null, errands.watchedFrom());
        if (!fetching && !known.equals(heard)) {
            heard = known;
            store.wakeUps().watch(lease.partition(), known, () -> loop.execute(() -> wake(known)));
        }
    }

    private void wake(Known rung) {
        if (rung.equals(heard)) {
            heard = null;
        }
        exhausted = false;
        looking = true;
        step();
    }

    /** One timer for the key that gets ready first. */
    private void awaitRetry() {
        HeldKey first = held.firstWaiting();
        if (retryTimer != null && (first == null || first.due != retryAt)) {
            retryTimer.cancel();
            retryTimer = null;
        }
        if (first != null && retryTimer == null) {
            retryAt = first.due;
            retryTimer = loop.schedule(Duration.ofNanos(Math.max(0, retryAt - loop.nanoTime())), () -> {
                retryTimer = null;
                step();
            });
        }
    }

    /** Leaves at once when a batch is full or nothing else is to do, else when the oldest has waited for the interval. */
    private void commitIfDue() {
        boolean open = state == State.RUNNING || state == State.DRAINING;
        if (!open || commits.outstanding() || !commits.anyWaiting()) {
            return;
        }
        boolean idle = inFlight == null && (state == State.DRAINING || careful || firstRunnable() == null);
        if (commits.full()
                || commits.awaited()
                || idle
                || settings.commitInterval().isZero()) {
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
        commands.perform(() -> store.jobs().commit(lease, done), answer -> {
            commits.arrived();
            standstill.moved(loop.nanoTime());
            uncommitted = commits.size() + advancing;
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
        forget();
        commits.clear();
        uncommitted = 0;
        standstill.now(cause(), loop.nanoTime());
    }

    private void forget() {
        commands.end();
        store.wakeUps().forget(lease.partition());
        prefetched.clear();
        held.clear();
        errands.clear();
        for (EventLoop.Timer timer : new EventLoop.@Nullable Timer[] {commitTimer, retryTimer}) {
            if (timer != null) {
                timer.cancel();
            }
        }
    }

    private void closeIfDone() {
        Runnable then = whenClosed;
        boolean drained = state == State.DRAINING && commands.underWay() == 0 && commits.size() == 0;
        if (inFlight == null && then != null && (drained || state == State.ABANDONED)) {
            if (drained) {
                forget();
            }
            transition(State.CLOSED);
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

    /** What errands lead to; the step after their answer does it. */
    private final class ErrandEvents implements OwnerInbox.Events {
        @Override
        public void promoted() {
            exhausted = false;
        }

        @Override
        public void look() {
            looking = true;
        }
    }

    /** Brings the ends of runs back to the loop. */
    private final class RunEnding implements JobRun.Ending {
        private final Work work;
        private EventLoop.@Nullable Timer limit;

        RunEnding(Work work) {
            this.work = work;
        }

        @Override
        public boolean mayStart() {
            return listener.trusted(lease);
        }

        @Override
        public void notStarted() {
            loop.execute(() -> {
                over();
                PartitionPump.this.notStarted(work);
                step();
            });
        }

        @Override
        public void ended(@Nullable Failure failure) {
            loop.execute(() -> {
                over();
                PartitionPump.this.ended(work, failure);
            });
        }

        private void over() {
            if (limit != null) {
                limit.cancel();
            }
        }
    }
}
