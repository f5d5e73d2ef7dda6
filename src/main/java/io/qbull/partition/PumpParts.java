package io.qbull.partition;

import io.qbull.config.PumpSettings;
import io.qbull.partition.JobStarter.Readiness;
import io.qbull.partition.KeyLine.Slot;
import io.qbull.partition.PumpSnapshot.Backlog;
import io.qbull.partition.PumpSnapshot.Candidates;
import io.qbull.partition.PumpSnapshot.Unsettled;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The parts of a pump, put together. Each owns its state; the package comment says which. On the event loop. */
final class PumpParts {
    final LeasedPartition partition;
    final StallReason stall = new StallReason();
    final JobSelector selector;
    final SuspectStarts suspects;
    final JobStarter starter;
    final JobOutcomes outcomes;
    final Arrivals arrivals;
    final Fetcher fetcher;
    final FinishedSegments finished;
    final Committer committer;
    final HeldKeyLoader loader;
    final HeldKeyAdvancer advancer;
    final Parking parking;
    final PauseTimer pauses;
    final MemoryTimer memory;
    final SecondReading secondReading;
    final OwnerInbox inbox;
    final DelayedPromoter promoter;
    final ResizeBarrier barrier;

    /** What the parts ask the pump and tell it. */
    interface Events extends Fetcher.Events, JobStarter.Events {
        /** All held keys are known. */
        void loaded();

        /** Whether the partition is still the pump's, and may be for long: delayed jobs get due meanwhile. */
        boolean working();
    }

    /**
     * @param partition the partition
     * @param settings how the pump works
     * @param executor runs the jobs
     * @param listener hears of a resize
     * @param events is asked and told
     */
    PumpParts(
            LeasedPartition partition,
            PumpSettings settings,
            JobExecutor executor,
            PumpListener listener,
            Events events) {
        RetryPolicy policy =
                new RetryPolicy(settings.retry(), partition.context().random());
        this.partition = partition;
        this.selector = new JobSelector(policy);
        this.suspects = new SuspectStarts(partition, settings.suspectPatience(), events::changed);
        this.starter = new JobStarter(
                partition, executor, settings.concurrency(), settings.retry().jobTimeout(), suspects, events);
        this.barrier = new ResizeBarrier(partition, listener, starter::recording, this::gatesChanged, events::changed);
        this.arrivals = new Arrivals(partition, key -> !barrier.touchable(key));
        this.fetcher = new Fetcher(partition, arrivals, events);
        this.finished = new FinishedSegments(partition, fetcher);
        this.committer = new Committer(partition, settings.commitInterval(), stall);
        this.loader = new HeldKeyLoader(partition, events::loaded);
        this.parking = new Parking(partition, settings.prefetch());
        this.advancer =
                new HeldKeyAdvancer(partition, parking, stall, settings.concurrency(), settings.prefetchBytes());
        this.outcomes = new JobOutcomes(partition, policy, advancer, stall);
        this.pauses = new PauseTimer(partition, events::changed);
        this.memory = new MemoryTimer(partition, events::changed);
        this.secondReading = new SecondReading(partition, barrier::mustReadAgain, events::changed);
        this.inbox = new OwnerInbox(partition, fetcher, barrier::touchable);
        this.promoter = new DelayedPromoter(partition, fetcher, settings.prefetchBytes(), events::working);
    }

    /**
     * @param first a job that is about to start
     * @return jobs that a worker may start behind it by itself
     */
    List<Work> following(Decision.Start first) {
        List<Work> works = new ArrayList<>();
        if (!first.suspect()
                && first.work().heldKey() == null
                && partition.held().next() == null) {
            for (Slot slot :
                    partition.prefetched().following(first.work().place().entry(), starter.following())) {
                Work work = selector.plain(slot);
                if (work == null) {
                    break;
                }
                works.add(work);
            }
        }
        return works;
    }

    /** What has not begun gives way to a held key whose turn comes, and to another reading of the stream. */
    void makeWay() {
        boolean held = starter.readiness() == Readiness.BUSY && partition.held().next() != null;
        boolean waits = held || partition.held().full() || secondReading.phase() == SecondReading.Phase.DUE;
        if (waits) {
            starter.makeWay();
        }
    }

    /** Finished jobs whose end Redis has not confirmed. */
    int uncommitted() {
        return partition.commits().size() + advancer.unconfirmed();
    }

    /** A suspect that has ended makes room for those of other partitions once all is on record. */
    void settle() {
        if (partition.commands().underWay() == 0 && partition.commits().size() == 0) {
            suspects.settled();
        }
    }

    /** Nothing runs, and the stream is read again from its head as soon as all is on record: only what must be sent is sent. */
    boolean settlesToReadAgain() {
        return starter.running() == 0 && secondReading.phase() == SecondReading.Phase.DUE;
    }

    /** Reads the stream again from its head if that is due and all is on record, as it is when a new owner begins. */
    void readAgainIfDue() {
        secondReading.follow();
        boolean settled =
                partition.commands().underWay() == 0 && partition.commits().size() == 0 && !fetcher.fetching();
        boolean idle = starter.running() == 0
                && fetcher.atEnd()
                && partition.prefetched().isEmpty();
        if (settled && (settlesToReadAgain() || (idle && barrier.leftBehind()))) {
            barrier.readAgain();
            secondReading.begin();
            fetcher.expectMore();
        }
    }

    /** Has it looked at again whether there is memory for another job, if nothing else keeps it from running. */
    void awaitMemory() {
        boolean entries = !fetcher.atEnd()
                && !fetcher.fetching()
                && partition.prefetched().lacksMemory();
        if (starter.readiness() == Readiness.FREE && (entries || advancer.lacksMemory())) {
            memory.set();
        }
    }

    /**
     * @param cause why no job can start now
     */
    void noteStall(StallCause cause) {
        stall.othersWait(partition.prefetched().size() > starter.running()
                || partition.held().next() != null);
        HeldKey first = cause.kind().due() ? null : partition.held().firstHeld();
        if (first != null) {
            stall.held(first.waiting(), first.due);
        }
        stall.set(cause, partition.now());
    }

    /** Among how many of the first entries there are suspects that have not run; one if there are only held ones. */
    int suspectsLeft() {
        boolean held = partition.held().anySuspect() || parking.holdsSuspects();
        return Math.max(partition.prefetched().suspectsLeft(partition::heldOnRecord), held ? 1 : 0);
    }

    /**
     * @param state where the pump is in its life
     * @param trusted whether the lease is trusted; asked only if a job could start
     * @param heldTurn whether a held key goes before the stream
     * @return what the next decision depends on
     */
    PumpSnapshot snapshot(PumpState state, BooleanSupplier trusted, boolean heldTurn) {
        Readiness readiness = starter.readiness();
        Unsettled unsettled = new Unsettled(
                starter.running(),
                partition.commands().underWay(),
                partition.commits().size(),
                starter.afterSuspect());
        if (readiness != Readiness.FREE || state != PumpState.RUNNING) {
            // No job may start, whichever waits: looking for one would cost time at the end of each job.
            return new PumpSnapshot(
                    state,
                    readiness,
                    false,
                    SecondReading.Phase.NONE,
                    false,
                    unsettled,
                    Candidates.NONE,
                    null,
                    Backlog.NONE);
        }
        HeldKeys held = partition.held();
        Candidates candidates =
                new Candidates(held.next(), advancer.readsEnough(), partition.firstRunnable(), heldTurn);
        Backlog backlog = new Backlog(
                fetcher.fetching() && partition.prefetched().isEmpty(),
                held.firstWaiting() != null,
                held.anyOpen(),
                shut(candidates));
        return new PumpSnapshot(
                state,
                readiness,
                trusted.getAsBoolean(),
                secondReading.phase(),
                suspects.turnIsHere(),
                unsettled,
                candidates,
                partition.gates().closed(),
                backlog);
    }

    private @Nullable StallCause shut(Candidates candidates) {
        StallCause cause = partition.gates().shutsKeys();
        boolean none = candidates.slot() == null && candidates.heldKey() == null;
        if (none && barrier.keepsBack()) {
            return StallCause.RESIZE;
        }
        boolean shut = none
                && cause != null
                && (partition.held().anyShut() || partition.prefetched().anyShut());
        return shut ? cause : null;
    }

    /** The gates have changed: what they keep back and has not begun is taken back. */
    void gatesChanged() {
        partition.prefetched().gate(partition.gates()::shut);
        partition.held().gate(partition.gates()::shut);
        starter.takeBack(key -> !partition.gates().mayStart(key));
    }

    /** Sends nothing more, ignores all answers and forgets what was read. Jobs that run go on. */
    void end() {
        starter.takeBack();
        partition.commands().end();
        partition.store().wakeUps().forget(partition.lease().partition());
        partition.prefetched().end();
        partition.held().clear();
        inbox.end();
        promoter.end();
        committer.end();
        pauses.end();
        secondReading.end();
        starter.end();
        suspects.end();
        barrier.rerouter().end();
    }

    /** Entries were read or a command was answered. */
    void changed() {
        parking.changed();
        barrier.rerouter().changed();
    }
}
