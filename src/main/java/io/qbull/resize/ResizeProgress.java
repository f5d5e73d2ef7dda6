package io.qbull.resize;

import io.qbull.model.Layout;
import io.qbull.model.PartitionStage;
import io.qbull.model.SealState;
import io.qbull.model.why.ResizeBarrier;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What is next in a resize. Whoever looks, a resizer, the tick of any pod or a producer that was refused, comes to steps that are safe
 * to run, even if what it saw is out of date: all that is observed only grows, and each step compares again.
 *
 * @param plan the resize
 * @param current whether the new layout is the current one
 * @param partitions the state of each partition of either layout, by its index
 */
public record ResizeProgress(ResizePlan plan, boolean current, List<PartitionStage> partitions) {
    /**
     * @throws IllegalArgumentException if there are less states than partitions
     */
    public ResizeProgress {
        partitions = List.copyOf(partitions);
        int most = Math.max(plan.resize().from(), plan.resize().to());
        if (partitions.size() < most) {
            throw new IllegalArgumentException(partitions.size() + " states for " + most + " partitions");
        }
    }

    /**
     * @param current the layout of a queue
     * @param partitions the state of each of its partitions, by its index
     * @return whether the next resize may begin: all jobs of this layout may run
     */
    public static boolean settled(Layout current, List<PartitionStage> partitions) {
        return partitions.size() >= current.partitions()
                && partitions.subList(0, current.partitions()).stream()
                        .allMatch(state -> state.started() >= current.version());
    }

    /**
     * @return the steps that may run now, in any order and at the same time; {@link Step.Done} alone if none is left. No partition opens
     *     before all old ones are sealed: otherwise a job of the new layout could run while an older one of its key is still added
     */
    public List<Step> steps() {
        List<Step> steps = new ArrayList<>(unsealed());
        if (steps.isEmpty()) {
            steps.addAll(unopened());
            if (steps.isEmpty() && !current) {
                steps.add(new Step.MakeCurrent());
            }
        }
        boolean layoutMade = steps.isEmpty();
        steps.addAll(startable());
        if (layoutMade) {
            steps.addAll(unmoved());
        }
        return steps.isEmpty() ? List.of(new Step.Done()) : List.copyOf(steps);
    }

    /**
     * @return the first of {@link #steps}
     */
    public Step next() {
        return steps().get(0);
    }

    /**
     * @param partition an index under the new layout
     * @return whether its jobs of the new layout may run: it is open for them, and nothing is left elsewhere that belongs before them
     */
    public boolean mayStart(int partition) {
        return state(partition).seal().equals(new SealState(plan.version(), true))
                && plan.feeders(partition).stream().allMatch(this::hasMoved);
    }

    /**
     * @param partition any index of either layout
     * @return for what jobs wait there that belong to the new layout, and for a retired partition all that wait; null if they do not
     */
    public @Nullable ResizeBarrier barrier(int partition) {
        boolean retires = plan.retires(partition);
        List<Integer> before = retires ? List.of(partition) : plan.feeders(partition);
        List<Integer> awaited =
                before.stream().filter(index -> !hasMoved(index)).toList();
        boolean started = !retires && state(partition).started() >= plan.version();
        return started || awaited.isEmpty() ? null : new ResizeBarrier(plan.resize(), awaited);
    }

    private boolean hasMoved(int partition) {
        return state(partition).moved() >= plan.version();
    }

    private PartitionStage state(int partition) {
        return partitions.get(partition);
    }

    private List<Step> unsealed() {
        SealState sealed = new SealState(plan.version(), false);
        return steps(oldOnes().filter(index -> !state(index).seal().reached(sealed)), Step.Seal::new);
    }

    private List<Step> unopened() {
        SealState opened = new SealState(plan.version(), true);
        return steps(newOnes().filter(index -> !state(index).seal().reached(opened)), Step.Open::new);
    }

    private List<Step> startable() {
        return steps(
                newOnes().filter(index -> state(index).started() < plan.version() && mayStart(index)), Step.Start::new);
    }

    private List<Step> unmoved() {
        return steps(oldOnes().filter(index -> !hasMoved(index)), Step.AwaitMove::new);
    }

    private IntStream oldOnes() {
        return IntStream.range(0, plan.resize().from());
    }

    private IntStream newOnes() {
        return IntStream.range(0, plan.resize().to());
    }

    private static List<Step> steps(IntStream partitions, IntFunction<Step> step) {
        return partitions.mapToObj(step).toList();
    }
}
