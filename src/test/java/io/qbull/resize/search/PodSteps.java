package io.qbull.resize.search;

import io.qbull.model.SealState;
import io.qbull.resize.ResizePlan;
import io.qbull.resize.search.Item.Stored;
import io.qbull.resize.search.Partition.Arrivals;
import io.qbull.resize.search.Partition.Lease;
import io.qbull.testing.SearchModel.Successors;
import org.jspecify.annotations.Nullable;

/** A pod takes a partition, loses it, and learns how far a resize is. */
final class PodSteps {
    private final Scenario scenario;
    private final PumpSteps pump;
    private final MoverSteps mover;

    PodSteps(Scenario scenario) {
        this.scenario = scenario;
        this.pump = new PumpSteps(scenario);
        this.mover = new MoverSteps(scenario);
    }

    void expand(World world, Owner owner, Successors<World> next) {
        Partition partition = world.partition(owner.partition());
        if (!owner.owns()) {
            acquire(world, owner, partition, next);
            return;
        }
        boolean valid = partition.owned(owner.pod(), owner.epoch());
        boolean trusted = valid && !partition.lease().lapsed();
        lease(world, owner, partition, trusted, next);
        pump.expandRuns(world, owner, next);
        if (valid) {
            pump.expand(world, owner, trusted, next);
        }
        if (trusted) {
            promote(world, owner, partition, next);
        }
        if (!owner.moving()) {
            noticeSeal(world, owner, partition, valid, next);
        }
        if (valid && !owner.moving() && partition.stage().started() > owner.started()) {
            next.step(world.with(started(owner, partition)), () -> owner + ": learns what has started");
        }
        mover.expand(world, owner, next);
    }

    private void acquire(World world, Owner owner, Partition partition, Successors<World> next) {
        Lease lease = partition.lease();
        boolean free = lease.pod() < 0 || lease.lapsed() || !world.shared().alive(lease.pod());
        if (!free || !hasWork(partition) || !mayTake(world, owner, partition)) {
            return;
        }
        int epoch = lease.epoch() + 1;
        ResizePlan frozen = scenario.has(Flaw.TAKES_OVER_BLINDLY) ? null : frozen(partition);
        Owner taken = new Owner(
                owner.pod(), owner.partition(), epoch, partition.stage().started(), frozen, owner.runs(), null);
        next.step(
                world.with(partition.with(new Lease(owner.pod(), epoch, false))).with(taken),
                () -> owner + ": takes it, epoch " + epoch);
    }

    /** The resize that the seal tells of, if it has not started and the partition is an old one. */
    private @Nullable ResizePlan frozen(Partition partition) {
        int version = partition.stage().seal().version();
        return concerns(partition, version) ? scenario.plan(version) : null;
    }

    private boolean concerns(Partition partition, int version) {
        return version > 1
                && version > partition.stage().started()
                && partition.index() < scenario.partitionsOf(version - 1);
    }

    private boolean mayTake(World world, Owner owner, Partition partition) {
        long owned = world.owners().stream()
                .filter(other -> other.pod() == owner.pod() && other.owns())
                .count();
        return owned < scenario.capacity || (yetToMove(partition) && !scenario.has(Flaw.NEVER_ABOVE_CAPACITY));
    }

    private boolean yetToMove(Partition partition) {
        int version = partition.stage().seal().version();
        return version > 1
                && partition.index() < scenario.partitionsOf(version - 1)
                && partition.stage().moved() < version;
    }

    private boolean hasWork(Partition partition) {
        boolean waiting = !partition.held().isEmpty() || !partition.delayed().isEmpty();
        if (scenario.lean) {
            return waiting
                    || yetToMove(partition)
                    || partition.stream().stream().anyMatch(entry -> canPass(partition, entry))
                    || partition.segments().stream().map(Arrivals::entries).anyMatch(entries -> !entries.isEmpty());
        }
        return waiting
                || !partition.stream().isEmpty()
                || !partition.segments().isEmpty()
                || partition.stage().seal().version() > partition.stage().started();
    }

    private static boolean canPass(Partition partition, Stored entry) {
        return !(entry.item() instanceof Item.Marker marker)
                || marker.version() <= partition.stage().started();
    }

    private void lease(World world, Owner owner, Partition partition, boolean trusted, Successors<World> next) {
        Lease lease = partition.lease();
        if (!trusted) {
            next.step(world.dropped(owner), () -> owner + ": notices that it is lost");
            return;
        }
        if (world.shared().faults().lapses() > 0) {
            World lapsed =
                    world.with(world.shared().with(world.shared().faults().lapsed()));
            next.fault(
                    lapsed.with(partition.with(new Lease(lease.pod(), lease.epoch(), true))),
                    () -> owner + ": the lease lapses while the pod is paused");
        }
        boolean limited = scenario.capacity < Integer.MAX_VALUE;
        if (limited && !hasWork(partition) && owner.runs().isEmpty() && !owner.moving()) {
            next.step(
                    world.with(partition.with(new Lease(-1, lease.epoch(), false)))
                            .dropped(owner),
                    () -> owner + ": gives it back, for it is idle");
        }
    }

    private void promote(World world, Owner owner, Partition partition, Successors<World> next) {
        boolean waits = partition.stage().seal().version() > partition.stage().started();
        if (partition.delayed().isEmpty() || (waits && !scenario.has(Flaw.PROMOTES_BEFORE_START))) {
            return;
        }
        int job = partition.delayed().get(0);
        next.step(
                world.with(partition
                        .withDelayed(Lists.without(partition.delayed(), 0))
                        .plus(new Item.Plain(job))),
                () -> owner + ": promotes " + scenario.text(job));
    }

    private void noticeSeal(World world, Owner owner, Partition partition, boolean valid, Successors<World> next) {
        SealState seal = partition.stage().seal();
        int version = scenario.has(Flaw.MOVES_ON_INTENT) ? world.shared().intended() : seal.version();
        boolean news = version > owner.started()
                && (owner.frozen() == null || version > owner.frozen().version());
        boolean learns = valid || scenario.has(Flaw.READS_UNFENCED);
        if (news && learns && concerns(partition, version)) {
            next.step(
                    world.with(owner.knows(partition.stage().started(), scenario.plan(version))),
                    () -> owner + ": learns of the resize to v" + version);
        }
    }

    private static Owner started(Owner owner, Partition partition) {
        int started = partition.stage().started();
        ResizePlan frozen = owner.frozen();
        return owner.knows(started, frozen == null || frozen.version() <= started ? null : frozen);
    }
}
