package io.qbull.ops.deletion;

import io.qbull.model.PartitionId;
import io.qbull.model.Pause.Scope;
import io.qbull.model.QueueName;
import io.qbull.store.DeletionTable;
import io.qbull.store.DeletionTable.Belongings;
import io.qbull.store.DeletionTable.Wipe;
import io.qbull.store.Inspector.QueueStatus;
import io.qbull.store.Rounds;
import io.qbull.store.Store;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Deletes queues that nobody uses: those that are drained and that no pod consumes. A queue that still has jobs is deleted only with
 * them. It may be broken off at any step; another call finishes it. Thread-safe; nothing blocks.
 */
public final class QueueDeleter {
    private static final int AT_ONCE = 16;

    private final Store store;
    private final DeletionTable table;
    private final Supplier<CompletionStage<Void>> pause;

    /**
     * @param store an open store
     * @param pause completes when what pods had sent before they saw the mark has arrived
     */
    public QueueDeleter(Store store, Supplier<CompletionStage<Void>> pause) {
        this.store = store;
        this.table = store.deletions();
        this.pause = pause;
    }

    /** Whether a queue can be deleted, or was. */
    public sealed interface Outcome {
        /** There is no such queue. */
        record Absent() implements Outcome {}

        /**
         * It stays.
         *
         * @param why one sentence, with what to do
         */
        record Refused(String why) implements Outcome {}

        /**
         * It can be deleted.
         *
         * @param contents what is deleted with it
         */
        record Ready(Contents contents) implements Outcome {}

        /**
         * It is gone.
         *
         * @param jobs how many jobs and dead letters were deleted with it
         */
        record Deleted(long jobs) implements Outcome {}
    }

    /**
     * @param queue a queue
     * @param all whether its jobs may be deleted, too
     * @return {@link Outcome.Ready}, {@link Outcome.Refused} or {@link Outcome.Absent}; fails with a {@link
     *     io.qbull.store.StoreException}
     */
    public CompletionStage<Outcome> check(QueueName queue, boolean all) {
        return store.inspector()
                .queue(queue)
                .thenCombine(table.belongings(queue), (status, more) -> check(queue, all, status, more));
    }

    private static Outcome check(QueueName queue, boolean all, QueueStatus status, Belongings more) {
        if (!(status instanceof QueueStatus.Present present)) {
            return new Outcome.Absent();
        }
        Optional<Outcome> inUse = inUse(queue, present, more);
        if (inUse.isPresent()) {
            return inUse.get();
        }
        Contents contents = Contents.of(present, more);
        if (!all && contents.total() > 0) {
            return new Outcome.Refused("Queue " + queue + " has " + contents.text()
                    + ": let pods run them, drop them, or delete them with the queue (--all, or all=true).");
        }
        return new Outcome.Ready(contents);
    }

    private static Optional<Outcome> inUse(QueueName queue, QueueStatus.Present status, Belongings more) {
        boolean drained = status.pauses().all().stream().anyMatch(each -> each.scope() instanceof Scope.NewJobs);
        if (!drained) {
            return Optional.of(notDrained(queue));
        }
        return more.pods().isEmpty()
                ? Optional.empty()
                : Optional.of(new Outcome.Refused("Queue " + queue + " is consumed by "
                        + (more.pods().size() == 1 ? "pod " : "pods ") + String.join(", ", more.pods())
                        + ": stop their routes from it first."));
    }

    private static Outcome notDrained(QueueName queue) {
        return new Outcome.Refused(
                "Queue " + queue + " takes new jobs: let it take none any more first (./qbull drain " + queue + ").");
    }

    /**
     * Deletes a queue. Whatever is refused after it has begun is taken back: pods put back what partitions without jobs have lost.
     *
     * @param queue a queue
     * @param all whether its jobs are deleted, too
     * @return never {@link Outcome.Ready}; fails with a {@link io.qbull.store.StoreException}: then another call finishes it
     */
    public CompletionStage<Outcome> delete(QueueName queue, boolean all) {
        return check(queue, all)
                .thenCompose(found -> found instanceof Outcome.Ready ? marked(queue, all) : done(found));
    }

    private CompletionStage<Outcome> marked(QueueName queue, boolean all) {
        return table.mark(queue).thenCompose(mark -> switch (mark) {
            case ABSENT -> done(new Outcome.Absent());
            case NOT_DRAINED -> done(notDrained(queue));
            // A pod may have come since the check.
            case DONE ->
                pause.get()
                        .thenCompose(rested -> check(queue, all))
                        .thenCompose(found -> found instanceof Outcome.Ready ready
                                ? wipe(queue, all, ready.contents().partitions())
                                : takenBack(queue, found));
        });
    }

    private CompletionStage<Outcome> wipe(QueueName queue, boolean all, int partitions) {
        List<PartitionId> each = IntStream.range(0, partitions)
                .mapToObj(index -> new PartitionId(queue, index))
                .toList();
        return Rounds.of(AT_ONCE, each, partition -> table.wipe(partition, all)).thenCompose(wiped -> {
            for (int i = 0; i < wiped.size(); i++) {
                if (wiped.get(i) instanceof Wipe.Owned owned) {
                    return takenBack(
                            queue,
                            new Outcome.Refused("Pod " + owned.pod() + " owns partition " + each.get(i)
                                    + ": stop its route from the queue first."));
                }
                if (wiped.get(i) instanceof Wipe.HasJobs has) {
                    return takenBack(
                            queue,
                            new Outcome.Refused("Partition " + each.get(i) + " has " + has.jobs()
                                    + (has.jobs() == 1 ? " job" : " jobs")
                                    + " that came meanwhile, or by a resize: let a pod finish first."));
                }
            }
            long jobs = wiped.stream()
                    .mapToLong(one -> one instanceof Wipe.Gone gone ? gone.jobs() : 0)
                    .sum();
            return table.finish(queue).thenApply(finished -> new Outcome.Deleted(jobs));
        });
    }

    private CompletionStage<Outcome> takenBack(QueueName queue, Outcome why) {
        return table.unmark(queue).thenApply(done -> why);
    }

    private static CompletionStage<Outcome> done(Outcome outcome) {
        return CompletableFuture.completedStage(outcome);
    }
}
