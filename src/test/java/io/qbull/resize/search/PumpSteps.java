package io.qbull.resize.search;

import io.qbull.model.LogPart;
import io.qbull.resize.search.Item.Stored;
import io.qbull.resize.search.Outcome.Answer;
import io.qbull.resize.search.Owner.Run;
import io.qbull.resize.search.Owner.State;
import io.qbull.resize.search.Partition.Arrivals;
import io.qbull.resize.search.Partition.Waiting;
import io.qbull.testing.SearchModel.Successors;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** An owner runs the log of its partition and its held keys. */
final class PumpSteps {
    private final Scenario scenario;
    private final Scripts scripts;
    private final Decisions decisions;
    private final Oracle oracle;

    PumpSteps(Scenario scenario) {
        this.scenario = scenario;
        this.scripts = new Scripts(scenario);
        this.decisions = new Decisions(scenario);
        this.oracle = new Oracle(scenario);
    }

    /** The lease is valid; {@code trusted} says whether a job may start. */
    void expand(World world, Owner owner, boolean trusted, Successors<World> next) {
        Partition partition = world.partition(owner.partition());
        Set<Integer> passed = new HashSet<>();
        for (LogPart part : parts(partition)) {
            for (Stored entry : partition.entries(part)) {
                if (entry.item() instanceof Item.Marker marker) {
                    if (marker.version() > owner.started()) {
                        break;
                    }
                    dropMarker(world, owner, entry, next);
                } else {
                    about(world, owner, part, entry, trusted, passed, next);
                }
            }
        }
        if (trusted && hasRoom(owner)) {
            runHeld(world, owner, next);
        }
    }

    private List<LogPart> parts(Partition partition) {
        List<LogPart> parts = new ArrayList<>(partition.segments().stream()
                .map(Arrivals::segment)
                .map(LogPart::of)
                .toList());
        parts.add(scenario.has(Flaw.RUNS_STREAM_FIRST) ? 0 : parts.size(), LogPart.STREAM);
        return parts;
    }

    private void dropMarker(World world, Owner owner, Stored marker, Successors<World> next) {
        Partition partition = world.partition(owner.partition());
        if (partition.stream().get(0).equals(marker)) {
            next.step(
                    world.with(partition.withStream(Lists.without(partition.stream(), 0))),
                    () -> owner + ": drops " + marker.item());
        }
    }

    private void about(
            World world,
            Owner owner,
            LogPart part,
            Stored entry,
            boolean trusted,
            Set<Integer> passed,
            Successors<World> next) {
        Item.OfJob item = (Item.OfJob) entry.item();
        int key = scenario.keyOf(item.job());
        boolean ordered = !(item instanceof Item.Delayed);
        if (isUncommitted(owner, item.job()) || (ordered && !passed.add(key)) || isBusy(owner, key)) {
            return;
        }
        boolean frozen = decisions.frozen(owner, key);
        if (!(item instanceof Item.Plain)) {
            if (!frozen || scenario.has(Flaw.RUNS_WHAT_LEAVES)) {
                unpack(world, owner, part, entry, next);
            }
        } else if (world.partition(owner.partition()).holdsKey(key)) {
            if (!frozen || scenario.has(Flaw.PARKS_WHAT_LEAVES)) {
                park(world, owner, part, entry, next);
            }
        } else if ((!frozen || scenario.has(Flaw.RUNS_WHAT_LEAVES)) && trusted && hasRoom(owner)) {
            run(world, owner, new Run(item.job(), part, entry, State.RUNNING), false, next);
        }
    }

    private void unpack(World world, Owner owner, LogPart part, Stored entry, Successors<World> next) {
        Script script = new Script.Unpack(owner.pod(), owner.epoch(), owner.partition(), part, entry);
        int job = ((Item.OfJob) entry.item()).job();
        Supplier<String> label = () -> owner + ": unpacks " + scenario.text(job);
        next.step(scripts.run(world, script).world(), label);
        if (world.shared().faults().late() > 0 && scenario.mayBeLate.contains(script.kind())) {
            Owner waits = scenario.has(Flaw.MOVES_WHILE_UNANSWERED)
                    ? owner
                    : owner.with(Lists.plus(owner.runs(), new Run(job, part, entry, State.UNPACKING)));
            next.fault(world.with(waits).lost(script), () -> label.get() + " [no answer, still on its way]");
        }
    }

    private void park(World world, Owner owner, LogPart part, Stored entry, Successors<World> next) {
        Partition parked = scripts.park(world.partition(owner.partition()), part, entry, false);
        if (parked != null) {
            next.step(world.with(parked), () -> owner + ": parks " + scenario.text(((Item.OfJob) entry.item()).job()));
        }
    }

    private void runHeld(World world, Owner owner, Successors<World> next) {
        Set<Integer> keys = new HashSet<>();
        for (Waiting head : world.partition(owner.partition()).held()) {
            boolean frozen = decisions.frozen(owner, head.key())
                    && !scenario.has(Flaw.RUNS_HELD_WHAT_LEAVES)
                    && !scenario.has(Flaw.RUNS_WHAT_LEAVES);
            if (keys.add(head.key()) && !isBusy(owner, head.key()) && !frozen) {
                run(world, owner, new Run(head.job(), LogPart.HELD, null, State.RUNNING), head.attempted(), next);
            }
        }
    }

    private void run(World world, Owner owner, Run run, boolean attempted, Successors<World> next) {
        World checked = world.with(world.shared().broken(oracle.start(world, run.job(), attempted)));
        Supplier<String> label = () -> owner + ": runs " + scenario.text(run.job()) + where(run);
        if (!scenario.wholeJobs) {
            next.step(checked.with(owner.with(Lists.plus(owner.runs(), run))), label);
            return;
        }
        World done =
                checked.with(checked.shared().with(checked.shared().outcomes().done(run.job())));
        next.step(scripts.run(done, commit(owner, run)).world(), label);
        if (world.shared().faults().failures() > 0) {
            World failing =
                    checked.with(checked.shared().with(checked.shared().faults().failed()));
            next.fault(scripts.run(failing, fail(owner, run)).world(), () -> label.get() + ", which fails");
        }
    }

    private static String where(Run run) {
        return run.held()
                ? " (held)"
                : run.part().equals(LogPart.STREAM)
                        ? ""
                        : " of segment " + run.part().segment();
    }

    /** What becomes of jobs that were started. */
    void expandRuns(World world, Owner owner, Successors<World> next) {
        for (int index = 0; index < owner.runs().size(); index++) {
            Run run = owner.runs().get(index);
            switch (run.state()) {
                case RUNNING -> end(world, owner, index, next);
                case DONE -> record(world, owner, index, commit(owner, run), next);
                case FAILED -> record(world, owner, index, fail(owner, run), next);
                case UNPACKING -> record(world, owner, index, unpackAgain(owner, run), next);
            }
        }
    }

    private void end(World world, Owner owner, int index, Successors<World> next) {
        Run run = owner.runs().get(index);
        World done = world.with(world.shared().with(world.shared().outcomes().done(run.job())));
        next.step(
                done.with(owner.with(Lists.set(owner.runs(), index, run.in(State.DONE)))),
                () -> owner + ": " + scenario.text(run.job()) + " succeeds");
        if (world.shared().faults().failures() > 0) {
            World failed =
                    world.with(world.shared().with(world.shared().faults().failed()));
            next.fault(
                    failed.with(owner.with(Lists.set(owner.runs(), index, run.in(State.FAILED)))),
                    () -> owner + ": " + scenario.text(run.job()) + " fails");
        }
    }

    private void record(World world, Owner owner, int index, Script script, Successors<World> next) {
        Supplier<String> label = () -> owner + ": " + script.kind() + " of "
                + scenario.text(owner.runs().get(index).job());
        Outcome outcome = scripts.run(world, script);
        World answered = outcome.answer() == Answer.FENCED
                ? outcome.world().dropped(owner)
                : outcome.world().with(owner.with(Lists.without(owner.runs(), index)));
        next.step(answered, () -> label.get() + ", answer " + outcome.answer());
        boolean first = script.kind() != Script.Kind.UNPACK;
        if (first && world.shared().faults().late() > 0 && scenario.mayBeLate.contains(script.kind())) {
            next.fault(world.lost(script), () -> label.get() + " [no answer, still on its way]");
        }
    }

    private static Script commit(Owner owner, Run run) {
        return new Script.Commit(owner.pod(), owner.epoch(), owner.partition(), run.job(), run.part(), run.entry());
    }

    private static Script fail(Owner owner, Run run) {
        return new Script.Fail(owner.pod(), owner.epoch(), owner.partition(), run.job(), run.part(), run.entry());
    }

    private static Script unpackAgain(Owner owner, Run run) {
        Stored entry = run.entry();
        if (entry == null) {
            throw new IllegalStateException("a held job is not unpacked");
        }
        return new Script.Unpack(owner.pod(), owner.epoch(), owner.partition(), run.part(), entry);
    }

    private boolean hasRoom(Owner owner) {
        return owner.runs().stream()
                        .filter(run -> run.state() != State.UNPACKING)
                        .count()
                < scenario.concurrency;
    }

    private static boolean isUncommitted(Owner owner, int job) {
        return owner.runs().stream().anyMatch(run -> run.job() == job && run.state() == State.DONE);
    }

    /** A job of the key runs, or something about it is not on record. What has succeeded in the log lets the next job start. */
    private boolean isBusy(Owner owner, int key) {
        return owner.runs().stream()
                .anyMatch(run -> scenario.keyOf(run.job()) == key && (run.state() != State.DONE || run.held()));
    }
}
