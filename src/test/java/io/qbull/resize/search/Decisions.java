package io.qbull.resize.search;

import io.qbull.model.Layout;
import io.qbull.model.LogPart;
import io.qbull.model.PartitionStage;
import io.qbull.resize.LeavingWork;
import io.qbull.resize.PartitionMove;
import io.qbull.resize.ResizePlan;
import io.qbull.resize.ResizeProgress;
import io.qbull.resize.Step;
import io.qbull.resize.search.Owner.Run;
import io.qbull.resize.search.Owner.State;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** What the real code decides, and how a flaw changes it. */
final class Decisions {
    private final Scenario scenario;

    Decisions(Scenario scenario) {
        this.scenario = scenario;
    }

    ResizeProgress progress(World world, int version) {
        List<PartitionStage> stages =
                world.partitions().stream().map(Partition::stage).toList();
        return new ResizeProgress(scenario.plan(version), world.shared().current() == version, stages);
    }

    /** The steps that may run now: in the order of the resize, unless the scenario wants any order. */
    List<Step> steps(ResizeProgress progress) {
        List<Step> steps = new ArrayList<>();
        boolean first = true;
        for (Step step : progress.steps()) {
            if (step instanceof Step.Start || scenario.anyOrder || first) {
                steps.add(step);
            }
            first &= step instanceof Step.Start;
        }
        for (int index = 0; index < progress.plan().resize().to(); index++) {
            Step start = new Step.Start(index);
            if (startsTooEarly(progress, index) && !steps.contains(start)) {
                steps.add(start);
            }
        }
        return steps;
    }

    private boolean startsTooEarly(ResizeProgress progress, int partition) {
        int version = progress.plan().version();
        if (progress.partitions().get(partition).started() >= version) {
            return false;
        }
        IntPredicate moved = index -> progress.partitions().get(index).moved() >= version;
        if (scenario.has(Flaw.WAITS_FOR_ITSELF_ALONE)) {
            return !progress.plan().isOld(partition) || moved.test(partition);
        }
        return scenario.has(Flaw.WAITS_NOT_FOR_ITSELF)
                && progress.plan().feeders(partition).stream()
                        .filter(index -> index != partition)
                        .allMatch(moved::test);
    }

    /** Whether the next resize may begin. */
    boolean settled(World world) {
        int version = world.shared().current();
        List<PartitionStage> stages =
                world.partitions().stream().map(Partition::stage).toList();
        if (scenario.has(Flaw.RESIZES_BEFORE_START) && version > 1) {
            return stages.subList(0, scenario.partitionsOf(version - 1)).stream()
                    .allMatch(stage -> stage.moved() >= version);
        }
        return ResizeProgress.settled(new Layout(version, scenario.partitionsOf(version)), stages);
    }

    /** The move of a partition that begins. */
    PartitionMove<Item.OfJob> move(ResizePlan plan, Partition partition) {
        PartitionMove<Item.OfJob> move = PartitionMove.of(
                plan,
                partition.index(),
                partition.segments().stream().map(Partition.Arrivals::segment).toList());
        return new PartitionMove<>(
                plan, partition.index(), move.phase(), parts(move.ahead()), null, List.of(), move.unanswered());
    }

    private List<LogPart> parts(List<LogPart> right) {
        List<LogPart> parts = new ArrayList<>(right);
        if (scenario.has(Flaw.LEAVES_HELD_AND_DELAYED)) {
            parts.removeIf(part -> !part.isStream());
        }
        if (scenario.has(Flaw.LEAVES_SEGMENTS)) {
            parts.removeIf(part -> part.isStream() && !part.equals(LogPart.STREAM));
        }
        if (scenario.has(Flaw.MOVES_STREAM_FIRST)) {
            parts.remove(LogPart.STREAM);
            parts.add(2, LogPart.STREAM);
        }
        if (scenario.has(Flaw.MOVES_HELD_LAST)) {
            parts.remove(LogPart.HELD);
            parts.add(LogPart.HELD);
        }
        return parts;
    }

    /** What an owner still does with keys that leave. */
    LeavingWork work(Owner owner, ResizePlan plan) {
        return new LeavingWork(
                scenario.has(Flaw.MOVES_WHILE_RUNNING) ? 0 : count(owner, plan, State.RUNNING),
                scenario.has(Flaw.MOVES_WHILE_UNCOMMITTED)
                        ? 0
                        : count(owner, plan, State.DONE) + count(owner, plan, State.FAILED),
                scenario.has(Flaw.MOVES_WHILE_UNANSWERED) ? 0 : count(owner, plan, State.UNPACKING));
    }

    private int count(Owner owner, ResizePlan plan, State state) {
        int count = 0;
        for (Run run : owner.runs()) {
            if (run.state() == state && plan.leaves(scenario.hashOf(run.job()), owner.partition())) {
                count++;
            }
        }
        return count;
    }

    /** Whether an owner leaves a key alone because it moves. */
    boolean frozen(Owner owner, int key) {
        ResizePlan plan = owner.frozen();
        return plan != null && plan.leaves(scenario.hashes[key], owner.partition());
    }
}
