package io.qbull.resize.search;

import io.qbull.model.SealState;
import io.qbull.resize.ResizePlan;
import io.qbull.resize.Step;
import io.qbull.resize.search.Partition.Arrivals;
import io.qbull.resize.search.World.Shared;
import io.qbull.testing.SearchModel.Successors;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Producers, whoever resizes, people who cancel, and what happens to pods and scripts. */
final class OtherSteps {
    private final Scenario scenario;
    private final Scripts scripts;
    private final Decisions decisions;

    OtherSteps(Scenario scenario) {
        this.scenario = scenario;
        this.scripts = new Scripts(scenario);
        this.decisions = new Decisions(scenario);
    }

    void expand(World world, Successors<World> next) {
        runLate(world, next);
        crash(world, next);
        for (int producer = 0; producer < scenario.producers; producer++) {
            produce(world, producer, next);
        }
        resize(world, next);
        if (world.shared().faults().cancels() > 0) {
            world.partitions().forEach(partition -> cancel(world, partition, next));
        }
    }

    private void runLate(World world, Successors<World> next) {
        for (int index = 0; index < world.late().size(); index++) {
            Script script = world.late().get(index);
            Outcome outcome = scripts.run(world.withLate(Lists.without(world.late(), index)), script);
            next.fault(
                    outcome.world(),
                    () -> "late: " + script.kind() + " at p" + script.partition() + ", answer " + outcome.answer()
                            + " to nobody");
        }
    }

    private void crash(World world, Successors<World> next) {
        Shared shared = world.shared();
        if (shared.faults().crashes() == 0 || Integer.bitCount(shared.alive()) == 1) {
            return;
        }
        for (int pod = 0; pod < scenario.pods; pod++) {
            int dead = pod;
            if (shared.alive(pod)) {
                World crashed = world.with(shared.dead(pod).with(shared.faults().crashed()));
                for (int partition = 0; partition < world.partitions().size(); partition++) {
                    crashed = crashed.with(Owner.none(pod, partition));
                }
                next.fault(crashed, () -> "pod" + dead + " crashes");
            }
        }
    }

    private void produce(World world, int producer, Successors<World> next) {
        Shared shared = world.shared();
        int version = shared.known().get(producer);
        for (int key = 0; key < scenario.jobs.length; key++) {
            int number = shared.added().get(key);
            if (number == scenario.jobs[key]) {
                continue;
            }
            Partition partition = world.partition(scenario.target(key, version));
            SealState seal = partition.stage().seal();
            if (partition.isOpen(version)) {
                int job = scenario.job(key, number);
                next.step(
                        world.with(shared.added(key)).with(partition.plus(new Item.Plain(job))),
                        () -> "producer" + producer + ": adds " + scenario.text(job) + " to p" + partition.index());
            } else if (version != shared.intended() && seal.reached(new SealState(version, false))) {
                next.step(
                        world.with(shared.known(producer, shared.intended())),
                        () -> "producer" + producer + ": is refused, reads the layout");
            }
        }
    }

    private void resize(World world, Successors<World> next) {
        Shared shared = world.shared();
        if (shared.current() == shared.intended()
                && shared.current() < scenario.lastVersion()
                && decisions.settled(world)) {
            next.step(
                    world.with(shared.layout(shared.current(), shared.current() + 1)),
                    () -> "intent v" + (shared.current() + 1));
        }
        if (shared.intended() == 1) {
            return;
        }
        ResizePlan plan = scenario.plan(shared.intended());
        for (Step step : decisions.steps(decisions.progress(world, shared.intended()))) {
            Script script = script(plan, step);
            if (step instanceof Step.MakeCurrent) {
                next.step(
                        world.with(shared.layout(plan.version(), plan.version())),
                        () -> "v" + plan.version() + " becomes current");
            } else if (script != null) {
                next.step(scripts.run(world, script).world(), () -> step + " for v" + plan.version());
                if (shared.faults().late() > 0 && scenario.mayBeLate.contains(Script.Kind.STEP)) {
                    next.fault(world.lost(script), () -> step + " for v" + plan.version() + " [still on its way]");
                }
            }
        }
    }

    private static @Nullable Script script(ResizePlan plan, Step step) {
        if (step instanceof Step.Seal seal) {
            return new Script.Seal(plan, seal.partition());
        }
        if (step instanceof Step.Open open) {
            return new Script.Open(plan, open.partition());
        }
        return step instanceof Step.Start start ? new Script.Start(plan, start.partition()) : null;
    }

    /** Somebody cancels the first key's delayed job, in the partition that it has by the current layout. */
    private void cancel(World world, Partition partition, Successors<World> next) {
        Shared shared = world.shared();
        boolean settled =
                partition.stage().seal().version() <= partition.stage().started()
                        && partition.isOpen(shared.current())
                        && scenario.target(0, shared.current()) == partition.index();
        if (!settled && !scenario.has(Flaw.CANCELS_BEFORE_START)) {
            return;
        }
        if (partition.delayed().isEmpty()) {
            if (hasDelayedOnItsWay(partition)) {
                String wrong = "somebody is told that a delayed job is not there, although it is";
                next.fault(world.with(shared.broken(wrong)), () -> "somebody cancels at p" + partition.index());
            }
            return;
        }
        int job = partition.delayed().get(0);
        Shared cancelled = shared.with(shared.faults().cancelled())
                .with(shared.outcomes().done(job).committed(job));
        next.fault(
                world.with(cancelled).with(partition.withDelayed(Lists.without(partition.delayed(), 0))),
                () -> "somebody cancels " + scenario.text(job) + " at p" + partition.index());
    }

    private static boolean hasDelayedOnItsWay(Partition partition) {
        return partition.segments().stream()
                .map(Arrivals::entries)
                .flatMap(List::stream)
                .anyMatch(entry -> entry.item() instanceof Item.Delayed);
    }
}
