package io.qbull.partition;

import io.qbull.config.PumpSettings;
import io.qbull.model.Delivery;
import io.qbull.model.Failure;
import io.qbull.model.Lease;
import io.qbull.model.PartitionStage;
import io.qbull.model.why.OwnerReport;
import io.qbull.store.JobLog.Agenda;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Works off one partition under one lease: jobs start in stream order, one at a time or several side by side, each of another key. A
 * job that fails leaves the stream and waits for its pause, and all that follow it with its key wait behind it; other keys go on. A pump
 * outlives every error that may pass: a command without an answer is repeated until it is answered or the lease is lost.
 *
 * <p>After an owner that may have died over a job, the jobs that it may have started run one at a time. Each is recorded before it
 * starts, and its end is on record before the next one starts.
 *
 * <p>This class is the life cycle and the step that follows every event; the package comment names the parts. All methods are called
 * on the event loop, except {@link #unfinished}, {@link #inFlight} and {@link #standstill}.
 */
public final class PartitionPump {
    /**
     * The suspect window: among how many entries from the head of the stream, and among the first entries of how many keys, those of held
     * keys not counted, jobs may be in flight or uncommitted when a pump dies.
     */
    public static final int WINDOW = StartWindow.MOST;

    private final Lease lease;
    private final PumpListener listener;
    private final LeasedPartition partition;
    private final Events events = new Events();
    private final PumpParts parts;
    private final JobDispatcher dispatcher;

    private PumpState state = PumpState.LOADING;
    private @Nullable Runnable whenClosed;
    private volatile int uncommitted;
    private int suspectsLeft;
    /** Since when the partition stood still when the lease was lost. */
    private @Nullable Long stoodStill;

    /**
     * @param lease the lease under which it works
     * @param settings how it works
     * @param context what it works with
     * @param executor runs the jobs
     * @param listener is asked and told about the lease
     */
    public PartitionPump(
            Lease lease, PumpSettings settings, PumpContext context, JobExecutor executor, PumpListener listener) {
        this.lease = lease;
        this.listener = listener;
        FetchBudget.Share share = context.budget().share();
        HeldKeys held = new HeldKeys(share, this::keyChanged);
        this.partition = new LeasedPartition(
                lease,
                context,
                new FencedCommands(lease, context, this::fenced, this::answered),
                new Prefetched(
                        settings.concurrency(),
                        settings.prefetch(),
                        settings.prefetchBytes(),
                        share,
                        held::blocks,
                        held::onRecord),
                held,
                new Commits(),
                new Gates());
        this.parts = new PumpParts(partition, settings, executor, listener, events);
        this.dispatcher = new JobDispatcher(parts, () -> state, events::trusted);
    }

    /**
     * Begins to work.
     *
     * @param suspects among how many entries from the head of the stream, and among the first entries of how many keys, the previous
     *     owner may have started the job over which it died; zero if it did not die
     */
    public void start(int suspects) {
        partition.prefetched().suspect(suspects);
        parts.loader.start(suspects > 0);
        // The stage is read at once, also where no entry is before the held keys are known.
        parts.fetcher.call();
        step();
    }

    /**
     * The current layout does not have the partition. To be called before {@link #start}. It asks where keys belong even if Redis has
     * forgotten by which layout the partition retired.
     */
    public void retired() {
        parts.barrier.retired();
    }

    /**
     * The partition stood still under earlier leases, too. To be called before {@link #start}.
     *
     * @param since when it began to, on the clock of the event loop
     */
    public void standsStillSince(long since) {
        parts.stall.continueFrom(since);
    }

    /**
     * @return since when the partition stood still when the lease was lost, on the clock of the event loop; null if no job was known
     *     to wait, or if the lease is not lost
     */
    public @Nullable Long stoodStillSince() {
        return stoodStill;
    }

    /** The lease is trusted for longer: goes on if it had stopped for that. */
    public void resume() {
        step();
    }

    /**
     * People have paused the partition or keys, or resumed them. Nothing that they have paused starts any more; what runs ends, and is
     * committed. Called right after {@link #start} it is in time for the first job.
     *
     * @param all whether no job of the partition starts
     * @param keys whose jobs do not start, those of other partitions among them
     */
    public void pause(boolean all, Set<String> keys) {
        gate(new PauseGate(all, keys));
    }

    /**
     * Answers {@link PumpListener#sealed}. Nothing of the keys that leave starts any more, and {@link PumpListener#cleared} follows.
     *
     * @param version the version of the layout for which it was asked
     * @param leaving which keys leave
     * @param before where keys belong by the layout before; null if that is the first one
     * @param after where they belong by that version
     */
    public void depart(int version, Predicate<String> leaving, @Nullable KeyHomes before, KeyHomes after) {
        parts.barrier.depart(version, leaving, before, after);
        step();
    }

    /**
     * Answers {@link PumpListener#settled}. Entries of keys that belong elsewhere are sent there.
     *
     * @param homes where keys belong by the current layout
     */
    public void settle(KeyHomes homes) {
        parts.barrier.settle(homes);
        step();
    }

    /** Jobs that leave are on their way: the partition does not stand still. */
    public void departing() {
        parts.stall.moved(partition.now());
    }

    /** All that leaves has been moved. Looks at once whether the jobs of the new layout run by now. */
    public void departed() {
        parts.barrier.moved();
        parts.finished.lookAgain();
        look();
    }

    /** Something may have changed that only Redis can tell. */
    public void look() {
        parts.fetcher.expectMore();
        parts.fetcher.call();
        step();
    }

    /** Takes the place of the gate with the same cause. */
    void gate(Gate gate) {
        partition.gates().put(gate);
        parts.gatesChanged();
        step();
    }

    /**
     * Starts no more jobs, lets those in flight end and commits.
     *
     * @param then called once, when that is done; not called if the lease is lost before
     */
    public void drain(Runnable then) {
        if (state.open()) {
            transition(PumpState.DRAINING);
            whenClosed = then;
            parts.starter.takeBack();
            step();
        }
    }

    /**
     * The lease is lost: starts and commits nothing more.
     *
     * @param then called once, when the jobs in flight have ended; their results are ignored
     */
    public void abandon(Runnable then) {
        if (state.owns()) {
            giveUp();
        }
        whenClosed = then;
        closeIfDone();
    }

    /**
     * @return among how many entries from the head of the stream the next owner must look for the job over which an earlier owner died;
     *     zero if all of them have run. Known when the pump is drained or abandoned
     */
    public int suspectsLeft() {
        return suspectsLeft;
    }

    /**
     * @return jobs that run or wait for their commit; from any thread
     */
    public int unfinished() {
        return parts.starter.running() + uncommitted;
    }

    /**
     * @return how many jobs have succeeded or were given up
     */
    public long done() {
        return parts.outcomes.done();
    }

    /**
     * @return the jobs that run now; from any thread
     */
    public List<Delivery> inFlight() {
        return parts.starter.inFlight();
    }

    /**
     * @return whether the pump knows of no entry of the stream although it wants any. It is told of new ones within milliseconds, so this
     *     cannot be so for long while there are entries. False during a resize, in which entries wait to be moved or for its end
     */
    public boolean seesEmptyStream() {
        return events.demand() == Fetcher.Demand.JOBS
                && !parts.barrier.stands()
                && !parts.fetcher.atGate()
                && partition.prefetched().knowsNone();
    }

    /**
     * @return whether nothing is known that could run before the queue is resized, because a marker stands before all else
     */
    public boolean waitsAtGate() {
        return state.open() && parts.fetcher.atGate() && partition.prefetched().isEmpty();
    }

    /**
     * @param limit how long a partition with jobs may stand still, and a job may run
     * @return what it waits for if it has for longer, or the job that has; else null. From any thread
     */
    public @Nullable OwnerReport standstill(Duration limit) {
        JobStarter starter = parts.starter;
        return parts.stall.longerThan(
                limit,
                partition.now(),
                new StallReason.Jobs(
                        starter.waitsFor(), starter.oldest(), starter.running(), parts.suspects.awaited()));
    }

    /** Does whatever can be done now. Called after every event. */
    private void step() {
        pass();
        while (!(dispatcher.next() instanceof Decision.Wait wait)) {
            pass();
        }
        // After the pass, because what it has sent may be what the next job waits for.
        parts.noteStall(wait.cause());
    }

    private void pass() {
        if (state == PumpState.RUNNING || (state == PumpState.DRAINING && parts.starter.running() > 0)) {
            parts.inbox.attend(state == PumpState.DRAINING || parts.settlesToReadAgain());
        }
        if (state.open()) {
            partition.held().wake(partition.now());
            parts.makeWay();
        }
        parts.settle();
        StallCause cause = dispatcher.dispatch();
        if (state.open()) {
            if (parts.barrier.known()) {
                parts.parking.park(parts.fetcher.atEnd());
            }
            makeRoom();
            parts.readAgainIfDue();
            parts.pauses.set();
        }
        if (state == PumpState.RUNNING) {
            parts.barrier.reroute();
            parts.finished.tidy();
        }
        parts.fetcher.proceed(parts.inbox.told(), parts.inbox.watchedFrom());
        if (state.open()) {
            parts.awaitMemory();
        }
        commitIfDue(cause);
        uncommitted = state.owns() ? parts.uncommitted() : 0;
        if (state == PumpState.RUNNING) {
            parts.barrier.follow();
        }
        closeIfDone();
    }

    private void commitIfDue(StallCause cause) {
        if (state.owns() && parts.committer.mayCommit()) {
            boolean settles = state == PumpState.DRAINING || parts.starter.afterSuspect() || nothingFollows(cause);
            boolean idle = parts.starter.running() == 0 && (settles || partition.firstRunnable() == null);
            parts.committer.commitIfDue(idle || awaitsCommit());
        }
    }

    private boolean nothingFollows(StallCause cause) {
        return cause == StallCause.UNSETTLED || cause == partition.gates().closed();
    }

    /** Another job could start if one of its key were committed. */
    private boolean awaitsCommit() {
        return parts.starter.readiness() == JobStarter.Readiness.FREE
                && partition.prefetched().awaitsCommit();
    }

    private void makeRoom() {
        if (parts.starter.readiness() == JobStarter.Readiness.FREE && !parts.fetcher.atEnd()) {
            partition.prefetched().makeRoom();
        }
    }

    private void keyChanged(String key) {
        partition.prefetched().keyChanged(key);
    }

    /** A command was answered, and what follows from it is done. */
    private void answered() {
        parts.changed();
        step();
    }

    private void fenced() {
        giveUp();
        listener.fenced(lease);
        closeIfDone();
    }

    private void giveUp() {
        stoodStill = parts.stall.standingSince();
        transition(PumpState.ABANDONED);
        whenClosed = null;
        suspectsLeft = parts.suspectsLeft();
        parts.end();
        partition.commits().clear();
        uncommitted = 0;
        parts.noteStall(dispatcher.dispatch());
    }

    private void closeIfDone() {
        Runnable then = whenClosed;
        boolean drained = state == PumpState.DRAINING
                && partition.commands().underWay() == 0
                && partition.commits().size() == 0;
        if (parts.starter.running() == 0 && then != null && (drained || state == PumpState.ABANDONED)) {
            if (drained) {
                suspectsLeft = parts.suspectsLeft();
                parts.end();
            }
            transition(PumpState.CLOSED);
            whenClosed = null;
            then.run();
        }
    }

    private void runIfKnown() {
        if (state == PumpState.LOADING && parts.loader.done() && parts.barrier.read()) {
            transition(PumpState.RUNNING);
            parts.arrivals.loaded();
            parts.promoter.loaded();
        }
    }

    private void transition(PumpState next) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException(lease + ": a pump does not go from " + state + " to " + next);
        }
        state = next;
    }

    /** What the parts ask and tell. */
    private final class Events implements PumpParts.Events {
        @Override
        public void loaded() {
            runIfKnown();
        }

        @Override
        public boolean working() {
            return state.open() || (state == PumpState.DRAINING && parts.starter.running() > 0);
        }

        @Override
        public boolean trusted() {
            return listener.trusted(lease);
        }

        @Override
        public boolean mayStart(String key) {
            return state == PumpState.RUNNING
                    && listener.trusted(lease)
                    && partition.gates().mayStart(key);
        }

        @Override
        public void ended(Work work, @Nullable Failure failure) {
            if (state.owns()) {
                parts.outcomes.ended(work, failure);
                uncommitted = parts.uncommitted();
            }
        }

        @Override
        public Fetcher.Demand demand() {
            Fetcher.Demand rest = working() ? Fetcher.Demand.AGENDA : Fetcher.Demand.NOTHING;
            // Which entries are suspects depends on the held keys, and on those that leave.
            boolean known = (state == PumpState.RUNNING && parts.barrier.known())
                    || !partition.prefetched().expectsSuspects();
            return state.open()
                            && known
                            && !parts.barrier.asking()
                            && parts.secondReading.phase() != SecondReading.Phase.DUE
                    ? Fetcher.Demand.JOBS
                    : rest;
        }

        @Override
        public void shows(PartitionStage stage) {
            parts.barrier.show(stage);
            runIfKnown();
        }

        @Override
        public void fetched(Agenda agenda, boolean added) {
            parts.inbox.add(agenda.instructions());
            parts.promoter.plan(agenda.dueIn());
            if (added) {
                parts.changed();
            }
            step();
        }

        @Override
        public void fenced() {
            PartitionPump.this.fenced();
        }

        @Override
        public void changed() {
            step();
        }
    }
}
