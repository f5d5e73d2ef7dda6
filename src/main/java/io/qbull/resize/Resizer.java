package io.qbull.resize;

import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.model.PartitionStage;
import io.qbull.model.QueueName;
import io.qbull.model.Resize;
import io.qbull.store.ResizeTable;
import io.qbull.store.ResizeTable.Intent;
import io.qbull.store.ResizeTable.LayoutState;
import io.qbull.store.Rounds;
import io.qbull.store.StoreException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Begins resizes and carries out those of their steps that need no owner. Remembers nothing: whoever runs it, a command, the tick of a
 * pod or a producer that was refused, does what {@link ResizeProgress} says is next, and several may do so at the same time. Thread-safe;
 * nothing blocks.
 */
public final class Resizer {
    /** Few enough that commands of others are not kept waiting. */
    private static final int STEPS_AT_ONCE = 64;

    private final ResizeTable table;
    private final Headroom headroom;

    /**
     * @param table of an open store
     * @param headroom knows how much memory Redis has left
     */
    public Resizer(ResizeTable table, Headroom headroom) {
        this.table = table;
        this.headroom = headroom;
    }

    /** What became of a wish to resize. */
    public sealed interface Beginning {
        /**
         * The resize is under way, begun by this call or before.
         *
         * @param status after the steps that could be done at once
         * @param resize the resize
         */
        record UnderWay(ResizeStatus status, Resize resize) implements Beginning {}

        /**
         * Nothing was changed: the queue has that number of partitions.
         *
         * @param layout its layout
         */
        record Same(Layout layout) implements Beginning {}

        /**
         * Nothing was changed: another resize is under way.
         *
         * @param resize the other one
         */
        record Other(Resize resize) implements Beginning {}

        /**
         * Nothing was changed: partitions do not run the jobs of the current layout, though no resize is under way.
         *
         * @param partitions their indexes
         */
        record NotStarted(List<Integer> partitions) implements Beginning {}

        /**
         * Nothing was changed: what moves is in Redis twice for a while, and there is no memory for it.
         *
         * @param shortage of memory
         */
        record NoMemory(Headroom.Shortage shortage) implements Beginning {}
    }

    /**
     * Begins a resize, or goes on with it if it is under way.
     *
     * @param queue a queue that exists
     * @param partitions number of partitions afterwards
     * @return what became of it; fails with a {@link io.qbull.store.StoreException}
     * @throws IllegalArgumentException if the number is out of range
     */
    public CompletionStage<Beginning> begin(QueueName queue, int partitions) {
        Layout.check(partitions);
        return whole(queue).thenCompose(status -> {
            ResizeProgress progress = status.progress();
            if (progress != null && progress.plan().resize().to() == partitions) {
                return advance(queue, status, List.of())
                        .thenApply(now ->
                                new Beginning.UnderWay(now, progress.plan().resize()));
            }
            return obstacle(queue, status, partitions)
                    .thenCompose(obstacle -> obstacle.isPresent()
                            ? CompletableFuture.completedStage(obstacle.get())
                            : intend(queue, status, partitions));
        });
    }

    /**
     * The status, unless the layout is older than what the partitions have: the next resize would get the version of one that they have seen
     * already, and do nothing.
     */
    private CompletionStage<ResizeStatus> whole(QueueName queue) {
        return status(queue).thenCompose(status -> {
            int unknown = status.unknownVersion();
            return unknown == 0
                    ? CompletableFuture.completedStage(status)
                    : table.state(queue).thenCompose(now -> {
                        if (ResizeStatus.version(now) < unknown) {
                            throw new StoreException.Misconfigured(
                                    "the layout of queue " + queue + " was lost: it has version "
                                            + now.current().version() + ", its partitions have version " + unknown
                                            + "; it can be resized once a pod that knows it has put it back",
                                    null);
                        }
                        return whole(queue);
                    });
        });
    }

    /**
     * @param queue the queue
     * @param status of it
     * @param partitions number of partitions that it is to have; not that of the resize that is under way
     * @return why no such resize can begin, if something is in its way; fails with a {@link io.qbull.store.StoreException}
     */
    public CompletionStage<Optional<Beginning>> obstacle(QueueName queue, ResizeStatus status, int partitions) {
        ResizeProgress progress = status.progress();
        if (progress != null) {
            return obstacle(new Beginning.Other(progress.plan().resize()));
        }
        if (status.current().partitions() == partitions) {
            return obstacle(new Beginning.Same(status.current()));
        }
        if (!status.notStarted().isEmpty()) {
            return obstacle(new Beginning.NotStarted(status.notStarted()));
        }
        ResizePlan plan = ResizePlan.of(status.current(), partitions);
        return table.bytes(
                        queue, status.partitions().subList(0, status.current().partitions()))
                .thenCompose(bytes -> headroom.shortage(queue, plan, bytes))
                .thenApply(shortage -> shortage.map(Beginning.NoMemory::new));
    }

    private static CompletionStage<Optional<Beginning>> obstacle(Beginning obstacle) {
        return CompletableFuture.completedStage(Optional.of(obstacle));
    }

    private CompletionStage<Beginning> intend(QueueName queue, ResizeStatus status, int partitions) {
        return table.intend(queue, status.current(), partitions).thenCompose(intent -> {
            if (intent instanceof Intent.Other other) {
                return CompletableFuture.completedStage(new Beginning.Other(other.resize()));
            }
            if (intent instanceof Intent.Begun begun) {
                return advance(queue).thenApply(now -> new Beginning.UnderWay(now, begun.resize()));
            }
            // Somebody else was faster. Each time the layout has become another one, so this ends.
            return begin(queue, partitions);
        });
    }

    /**
     * Does all that can be done now for the resize that is under way.
     *
     * @param queue a queue that exists
     * @return what is there afterwards; fails with a {@link io.qbull.store.StoreException}, and then some steps may have been done
     */
    public CompletionStage<ResizeStatus> advance(QueueName queue) {
        return status(queue).thenCompose(status -> advance(queue, status, List.of()));
    }

    /**
     * @param queue a queue that exists
     * @return what is there; nothing is changed
     */
    public CompletionStage<ResizeStatus> status(QueueName queue) {
        return table.state(queue).thenCompose(layouts -> {
            int most = ResizeStatus.most(layouts);
            return table.states(queue, 0, most).thenApply(states -> new ResizeStatus(layouts, states));
        });
    }

    /**
     * Costs a command while no resize is under way and none was before.
     *
     * @param queue a queue that exists
     * @return the status if a resize is under way; fails with a {@link io.qbull.store.StoreException}
     */
    public CompletionStage<Optional<ResizeStatus>> underWay(QueueName queue) {
        return table.state(queue)
                .thenCompose(layouts -> ResizeStatus.resize(layouts) == null
                        ? CompletableFuture.completedStage(Optional.empty())
                        : status(queue).thenApply(status -> Optional.of(status).filter(any -> any.progress() != null)));
    }

    /** Steps that are next again, although they were done, would be done for ever: Redis has lost something. The next call tries again. */
    private CompletionStage<ResizeStatus> advance(QueueName queue, ResizeStatus status, List<Step> done) {
        ResizeProgress progress = status.progress();
        List<Step> steps = progress == null
                ? List.of()
                : progress.steps().stream()
                        .filter(step -> !(step instanceof Step.AwaitMove))
                        .toList();
        if (progress == null || steps.isEmpty() || steps.equals(done)) {
            return CompletableFuture.completedStage(status);
        }
        Resize resize = progress.plan().resize();
        return carryOut(queue, resize, steps)
                .thenCompose(answers -> status(queue))
                .thenCompose(now -> advance(queue, now, steps));
    }

    /**
     * Starts what waited for a partition that has moved and for no other one. Costs less than {@link #advance}, which it does not replace.
     *
     * @param queue a queue that exists
     * @param partition an old partition that has moved
     * @return how many of them could start; fails with a {@link io.qbull.store.StoreException}
     */
    public CompletionStage<Integer> moved(QueueName queue, int partition) {
        return table.state(queue).thenCompose(layouts -> {
            Resize resize = ResizeStatus.resize(layouts);
            return resize == null
                    ? CompletableFuture.completedStage(0)
                    : start(queue, new ResizePlan(resize), partition);
        });
    }

    /** No partition outside of these feeds one of them, or is fed by one. */
    private CompletionStage<Integer> start(QueueName queue, ResizePlan plan, int partition) {
        SortedSet<Integer> together = new TreeSet<>(plan.feeders(partition));
        together.addAll(plan.fed(partition));
        return Rounds.of(
                        STEPS_AT_ONCE,
                        List.copyOf(together),
                        index -> table.states(queue, index, index + 1).thenApply(states -> states.get(0)))
                .thenCompose(states -> {
                    int most = Math.max(plan.resize().from(), plan.resize().to());
                    List<PartitionStage> stages = new ArrayList<>(Collections.nCopies(most, PartitionStage.ABSENT));
                    states.forEach(state -> stages.set(state.index(), state.stage()));
                    List<Step> steps = new ResizeProgress(plan, true, stages)
                            .steps().stream()
                                    .filter(Step.Start.class::isInstance)
                                    .toList();
                    return carryOut(queue, plan.resize(), steps);
                });
    }

    /**
     * @param queue a queue without a resize under way
     * @param layouts of it
     * @return the number of partitions that need owners, counted from zero; see {@link ResizeStatus#inUse}
     */
    public CompletionStage<Integer> inUse(QueueName queue, LayoutState layouts) {
        int least = layouts.current().partitions();
        int most = ResizeStatus.most(layouts);
        return most == least
                ? CompletableFuture.completedStage(least)
                : table.states(queue, least, most).thenApply(retired -> ResizeStatus.inUse(least, retired));
    }

    /**
     * Lets the keys of empty partitions go that only earlier layouts have.
     *
     * @param queue a queue without a resize under way
     * @param layouts of it
     * @return of how many partitions they go; fails with a {@link io.qbull.store.StoreException}
     */
    public CompletionStage<Integer> retire(QueueName queue, LayoutState layouts) {
        int least = layouts.current().partitions();
        int most = ResizeStatus.most(layouts);
        if (most == least) {
            return CompletableFuture.completedStage(0);
        }
        return table.states(queue, least, most)
                .thenCompose(states -> Rounds.of(
                        STEPS_AT_ONCE,
                        states.stream()
                                .filter(each -> each.stage().seal().version() > 0 && each.jobs() == 0)
                                .toList(),
                        each -> table.retire(
                                new PartitionId(queue, each.index()),
                                each.stage().seal().version())))
                .thenApply(gone -> (int) gone.stream().filter(each -> each).count());
    }

    private CompletionStage<Integer> carryOut(QueueName queue, Resize resize, List<Step> steps) {
        return Rounds.of(
                        STEPS_AT_ONCE,
                        steps,
                        step -> carryOut(queue, resize, step).thenApply(done -> step))
                .thenApply(List::size);
    }

    private CompletionStage<?> carryOut(QueueName queue, Resize resize, Step step) {
        if (step instanceof Step.Seal seal) {
            return table.seal(new PartitionId(queue, seal.partition()), resize);
        }
        if (step instanceof Step.Open open) {
            return table.open(new PartitionId(queue, open.partition()), resize);
        }
        if (step instanceof Step.Start start) {
            return table.start(new PartitionId(queue, start.partition()), resize.version());
        }
        if (step instanceof Step.MakeCurrent) {
            return table.makeCurrent(queue, resize);
        }
        throw new IllegalArgumentException("nobody can carry out " + step);
    }
}
