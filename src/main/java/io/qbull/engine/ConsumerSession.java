package io.qbull.engine;

import io.qbull.engine.QueueNode.Consumption;
import io.qbull.engine.QueueNode.Identity;
import io.qbull.lease.Competition;
import io.qbull.lease.LeaseContext;
import io.qbull.lease.LeaseDomain;
import io.qbull.lease.LeaseKeeper;
import io.qbull.lease.LeaseListener;
import io.qbull.model.DurationText;
import io.qbull.model.Layout;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PartitionId;
import io.qbull.model.Pauses;
import io.qbull.model.PodId;
import io.qbull.model.why.OwnerReport;
import io.qbull.model.why.Standstill;
import io.qbull.partition.FailureLog;
import io.qbull.partition.FetchBudget;
import io.qbull.partition.JobExecutor;
import io.qbull.partition.PartitionPump;
import io.qbull.partition.PumpContext;
import io.qbull.partition.PumpListener;
import io.qbull.store.LeaseTable.Acquisition.Granted;
import io.qbull.store.Reachability;
import io.qbull.store.Reachability.Subject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One span of consuming, from start to end: takes leases and runs a pump for each. Methods are called on the event loop; {@link #owned}
 * may be read from any thread.
 */
final class ConsumerSession {
    private static final Logger LOG = LoggerFactory.getLogger(ConsumerSession.class);

    /** What stands still for longer is told to others. */
    private static final Duration TOLD = Duration.ofSeconds(1);

    private final Identity identity;
    private final Consumption consumption;
    private final NodeParts node;
    private final JobExecutor executor;
    private final RandomGenerator random = new Random();
    private final Drain drain;
    private final Reachability reachability;
    private final LeaseKeeper keeper;
    private final DeadLetterRetention retention;
    private final LayoutUpkeep upkeep;
    private final PauseWatch pauses;
    private final StallWatch watch;
    private final HeadWatch heads;
    private final OutsideWatch outside;
    private final PartitionMoves moves;
    private final OwnedPartitions owned = new OwnedPartitions();
    private final Standstills standstills;
    private final FailureLog failures;

    /**
     * @param consumption how to consume
     * @param competition the partitions to compete for
     * @param node what it shares with the rest of the node
     * @param executor runs the jobs
     */
    ConsumerSession(Consumption consumption, Competition competition, NodeParts node, JobExecutor executor) {
        this.identity = node.identity();
        this.consumption = consumption;
        this.node = node;
        this.executor = executor;
        this.drain = new Drain(node.loop());
        this.reachability = new SessionReachability(node.outage(), drain::hasEnded);
        this.failures = new FailureLog(identity.queue(), node.loop());
        this.retention = new DeadLetterRetention(
                consumption.dead(), node.store().deadLetters(), node.loop(), owned::ids, node.tidying());
        this.standstills = new Standstills(consumption.lease().leaseTtl().multipliedBy(3));
        this.upkeep = new LayoutUpkeep(
                node, reachability, consumption.lease().leaseTtl(), lease -> owned.under(lease) != null);
        this.pauses = node.pauses();
        this.watch = new StallWatch(identity.queue(), node.loop(), consumption.stallAfter(), this::allStandstills);
        this.heads = new HeadWatch(
                identity.queue(),
                node.loop(),
                consumption.stallAfter(),
                node.store().jobs(),
                owned::all,
                this::giveUp);
        this.moves = new PartitionMoves(node, reachability, new MoveEvents());
        this.keeper = new LeaseKeeper(
                new LeaseDomain(identity.queue(), competition, identity.pod(), PartitionPump.WINDOW),
                consumption.lease(),
                new LeaseContext(node.store(), node.loop(), reachability, random),
                new LeaseEvents());
        this.outside = new OutsideWatch(
                node,
                new OutsideLimits(consumption.stallAfter(), consumption.lease().leaseTtl()),
                competition,
                owned,
                new OutsideEvents());
    }

    void start() {
        node.abandoned().partitions().forEach(keeper::block);
        node.resizes()
                .join(new ResizeWatch.Session(
                        reachability, () -> owned.all().stream().anyMatch(partition -> partition.index() == 0)));
        pauses.join(new PauseWatch.Listener(reachability, now -> owned.all().forEach(this::pause)));
        keeper.start();
        retention.start();
        upkeep.start();
        watch.start();
        heads.start();
        outside.start();
    }

    /**
     * Ends in this order: intake, jobs in flight, their commits, the leases, the registration. After {@code drainTimeout} it stops.
     *
     * @return completes at the end, with the number of jobs that were not waited for
     */
    CompletionStage<Integer> drain() {
        if (drain.begin(
                consumption.pump().drainTimeout(),
                () -> abandonAll("after " + DurationText.of(consumption.pump().drainTimeout())))) {
            keeper.drain();
            retention.stop();
            upkeep.stop();
            pauses.leave();
            node.resizes().leave();
            watch.stop();
            heads.stop();
            outside.stop();
            owned.all().forEach(partition -> leave(partition, null));
            stopIfNothingLeft();
        }
        return drain.ended();
    }

    /** Ends now; waits for no job and no release. */
    void stop() {
        drain();
        abandonAll("when the stop may wait no longer");
    }

    OwnedPartitions owned() {
        return owned;
    }

    /**
     * @return each partition with jobs that has not moved for {@code stallAfter}, and why. From any thread
     */
    List<Standstill> standstills() {
        List<Standstill> all = new ArrayList<>(owned.standstills(consumption.stallAfter()));
        all.addAll(standstills.longerThan(consumption.stallAfter(), node.loop().nanoTime()));
        return all;
    }

    /**
     * @return the same, and what the pumps of this session cannot know of: what stands still in partitions of others, and in own ones that
     *     wait for others. From any thread
     */
    List<Standstill> allStandstills() {
        List<Standstill> all = new ArrayList<>(standstills());
        List<PartitionId> known = all.stream().map(Standstill::partition).toList();
        outside.standstills().stream()
                .filter(each -> !known.contains(each.partition()))
                .forEach(all::add);
        return all;
    }

    /**
     * The queue is being resized, or a resize is over. Partitions that are no more are given back once their jobs in flight have ended.
     *
     * @param now what to compete for
     */
    void compete(Competition now) {
        keeper.resized(now);
        outside.compete(now);
        owned.all().forEach(partition -> partition.pump().look());
        owned.all().stream()
                .filter(partition -> partition.index() >= now.partitions())
                .forEach(partition -> leave(partition, null));
    }

    /** The job of an earlier session has ended on a partition. */
    void abandonedJobEnded(int index) {
        keeper.unblock(index);
    }

    /** What was fetched from the old primary and what was not committed there is void: drop it and read it again. */
    void primaryChanged(String old) {
        List<OwnedPartition> voided = owned.grantedBy(old);
        if (!voided.isEmpty()) {
            LOG.info(
                    "queue={} Redis restarted or failed over: the leases of partitions {} are void, their jobs are read again",
                    identity.queue(),
                    voided.stream().map(OwnedPartition::index).toList());
        }
        for (OwnedPartition partition : voided) {
            keeper.forget(partition.lease());
            abandonLost(partition);
        }
    }

    /** Its pump does not work as it should. It is not waited for unless it has work in hand, because it may wait for ever. */
    private void giveUp(OwnedPartition partition) {
        node.repairs().incrementAndGet();
        if (partition.pump().unfinished() > 0) {
            leave(partition, null);
        } else {
            keeper.forget(partition.lease());
            abandonLost(partition);
        }
    }

    /** Nothing starts before it is known what is paused. */
    private void pause(OwnedPartition partition) {
        Pauses now = pauses.known();
        partition.pump().pause(!now.read() || now.cover(partition.index()), now.keys());
    }

    /** The lease may be ours after all; then its release frees it at once. Otherwise Redis refuses that. */
    private void abandonLost(OwnedPartition partition) {
        Lease lease = partition.lease();
        moves.end(partition);
        partition.pump().abandon(() -> released(partition, release(partition)));
        standstills.lost(
                lease.partition(),
                partition.pump().stoodStillSince(),
                node.loop().nanoTime());
    }

    /** Drains a partition, then releases its lease, or hands it over to the pod that asked for it. */
    private void leave(OwnedPartition partition, @Nullable LeaseOwner to) {
        if (partition.leave()) {
            partition
                    .pump()
                    .drain(() -> released(partition, to == null ? release(partition) : handOver(partition, to)));
        }
    }

    private CompletionStage<Void> release(OwnedPartition partition) {
        return keeper.release(partition.lease(), partition.pump().suspectsLeft());
    }

    private CompletionStage<Void> handOver(OwnedPartition partition, LeaseOwner to) {
        return keeper.handOver(partition.lease(), to, partition.pump().suspectsLeft());
    }

    private void released(OwnedPartition partition, CompletionStage<Void> confirmed) {
        owned.remove(partition);
        moves.end(partition);
        drain.releasing();
        confirmed.whenComplete((done, failure) -> node.loop().execute(() -> {
            drain.released();
            reachability.answered(Subject.jobs(partition.index()));
            stopIfNothingLeft();
        }));
    }

    private void stopIfNothingLeft() {
        if (drain.nothingLeft(!owned.isEmpty())) {
            keeper.stop().whenComplete((done, failure) -> drain.end(0));
        }
    }

    /** Releases that Redis has not confirmed are not waited for either: those leases expire by themselves. */
    private void abandonAll(String when) {
        if (drain.hasEnded()) {
            return;
        }
        int running = owned.inFlight().size();
        if (!owned.isEmpty()) {
            LOG.warn(
                    "queue={} {} {}; partitions {} are left to expire and their jobs run again elsewhere",
                    identity.queue(),
                    running == 0 ? "Redis has not answered" : "jobs still run",
                    when,
                    owned.ids());
        }
        owned.all().forEach(this::abandon);
        keeper.stop();
        drain.end(running);
    }

    private void abandon(OwnedPartition partition) {
        owned.remove(partition);
        moves.end(partition);
        node.abandoned().add(partition.index());
        partition.pump().abandon(() -> node.abandoned().ended(partition.index()));
    }

    /** What the keeper tells and asks. */
    private final class LeaseEvents implements LeaseListener {
        @Override
        public void acquired(Granted granted) {
            PumpContext context = new PumpContext(
                    node.store(), node.loop(), random, reachability, node.turns(), failures, FetchBudget.ofProcess());
            PartitionPump pump =
                    new PartitionPump(granted.lease(), consumption.pump(), context, executor.share(), new PumpEvents());
            OwnedPartition partition = new OwnedPartition(granted.lease(), pump);
            owned.add(partition);
            Long standing =
                    standstills.taken(granted.lease().partition(), node.loop().nanoTime());
            if (standing != null) {
                pump.standsStillSince(standing);
            }
            Layout known = node.layouts().last();
            if (known != null && partition.index() >= known.partitions()) {
                pump.retired();
            }
            pump.start(granted.suspects());
            pause(partition);
            upkeep.takenOver(granted.lease());
        }

        @Override
        public void renewed(Lease lease) {
            OwnedPartition partition = owned.under(lease);
            if (partition != null) {
                partition.pump().resume();
            }
        }

        @Override
        public void lost(Lease lease) {
            OwnedPartition partition = owned.under(lease);
            if (partition != null) {
                abandonLost(partition);
            }
        }

        @Override
        public void handOverRequested(Lease lease, LeaseOwner by) {
            OwnedPartition partition = owned.under(lease);
            if (partition == null || partition.leaving()) {
                return;
            }
            switch (keeper.answer(by, owned.staying())) {
                case GIVE -> leave(partition, by);
                case KEEP -> keeper.reject(lease, by);
                case LATER -> {}
            }
        }

        @Override
        public void othersAnnounced() {
            outside.heard();
        }

        @Override
        public int inFlight(Lease lease) {
            OwnedPartition partition = owned.under(lease);
            return partition == null ? 0 : partition.pump().inFlight().size();
        }

        @Override
        public long done(Lease lease) {
            OwnedPartition partition = owned.under(lease);
            return partition == null ? 0 : partition.pump().done();
        }

        @Override
        public @Nullable OwnerReport report(Lease lease) {
            OwnedPartition partition = owned.under(lease);
            return partition == null ? null : partition.pump().standstill(TOLD);
        }
    }

    /** What is asked and told about other partitions. */
    private final class OutsideEvents implements OutsideWatch.Host {
        @Override
        public List<PodId> pods() {
            return keeper.pods();
        }

        @Override
        public void changed() {
            watch.tell();
        }
    }

    /** What the pumps ask and tell. */
    private final class PumpEvents implements PumpListener {
        @Override
        public boolean trusted(Lease lease) {
            return keeper.trusted(lease);
        }

        @Override
        public void fenced(Lease lease) {
            keeper.fenced(lease);
        }

        @Override
        public void sealed(Lease lease, int version) {
            OwnedPartition partition = owned.under(lease);
            if (partition != null) {
                moves.sealed(partition, version);
            }
        }

        @Override
        public void settled(Lease lease, int version) {
            OwnedPartition partition = owned.under(lease);
            if (partition != null) {
                moves.settled(partition, version);
            }
        }

        @Override
        public void cleared(Lease lease, int version) {
            OwnedPartition partition = owned.under(lease);
            if (partition != null) {
                moves.cleared(partition);
            }
        }
    }

    /** What moves tell. */
    private final class MoveEvents implements PartitionMoves.Events {
        @Override
        public void moved(OwnedPartition partition) {
            node.resizes().moved(partition.index());
        }

        @Override
        public void refused(OwnedPartition partition) {
            LOG.warn(
                    "{} Redis refused to move what leaves for the resize: the partition is given up and read anew",
                    partition.lease());
            keeper.forget(partition.lease());
            abandonLost(partition);
        }
    }
}
