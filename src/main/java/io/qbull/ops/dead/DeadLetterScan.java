package io.qbull.ops.dead;

import io.qbull.model.DeadLetter;
import io.qbull.model.DeadPlace;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.StreamId;
import io.qbull.store.DeadLetters;
import io.qbull.store.Rounds;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/**
 * Reads a queue's dead letters once: partition after partition, in the order of their burial, a page at a time. It ends at the letter
 * of each partition that was the newest when the scan began, or at an earlier snapshot: a job that is retried and fails again during
 * the scan is met once.
 */
final class DeadLetterScan {
    private static final int PARTITIONS_AT_ONCE = 64;

    private final DeadLetters letters;
    private final QueueName queue;
    private final int longestBody;
    private final Visitor visitor;

    /** Gets one page after another; the next one is read when it has dealt with the last. */
    interface Visitor {
        /** Completes with whether to continue. */
        CompletionStage<Boolean> see(PartitionId partition, List<DeadLetter> page);
    }

    /**
     * @param longestBody how many bytes of a body the visitor needs
     */
    DeadLetterScan(DeadLetters letters, QueueName queue, int longestBody, Visitor visitor) {
        this.letters = letters;
        this.queue = queue;
        this.longestBody = longestBody;
        this.visitor = visitor;
    }

    /**
     * @param after where an earlier scan stopped
     * @return whether there is such a queue
     */
    CompletionStage<Boolean> run(DeadPlace after) {
        return letters.partitions(queue)
                .thenCompose(count -> newest(letters, queue, count, after.partition()))
                .thenCompose(ends -> run(after, ends));
    }

    /**
     * @param ends the last letter to meet in each partition; none if there is no such queue
     * @return whether there is such a queue
     */
    CompletionStage<Boolean> run(DeadPlace after, List<StreamId> ends) {
        return ends.isEmpty()
                ? CompletableFuture.completedStage(false)
                : step(ends, after).thenApply(done -> true);
    }

    /** The newest letter of each partition of a queue; none if there is no such queue. */
    static CompletionStage<List<StreamId>> newest(DeadLetters letters, QueueName queue) {
        return letters.partitions(queue).thenCompose(count -> newest(letters, queue, count, 0));
    }

    private static CompletionStage<List<StreamId>> newest(
            DeadLetters letters, QueueName queue, int partitions, int first) {
        return Rounds.of(
                PARTITIONS_AT_ONCE,
                IntStream.range(0, partitions).boxed().toList(),
                index -> index < first
                        ? CompletableFuture.completedFuture(StreamId.START)
                        : letters.newest(new PartitionId(queue, index)));
    }

    private CompletionStage<Boolean> step(List<StreamId> ends, DeadPlace after) {
        DeadPlace from = after;
        while (from.partition() < ends.size() && from.streamId().compareTo(ends.get(from.partition())) >= 0) {
            from = new DeadPlace(from.partition() + 1, StreamId.START);
        }
        if (from.partition() >= ends.size()) {
            return CompletableFuture.completedStage(true);
        }
        PartitionId partition = new PartitionId(queue, from.partition());
        StreamId end = ends.get(partition.index());
        return letters.read(partition, from.streamId(), end, longestBody).thenCompose(page -> {
            List<DeadLetter> found = page.letters();
            DeadPlace next = page.more() && !found.isEmpty()
                    ? found.get(found.size() - 1).place()
                    : new DeadPlace(partition.index(), end);
            CompletionStage<Boolean> seen =
                    found.isEmpty() ? CompletableFuture.completedStage(true) : visitor.see(partition, found);
            return seen.thenCompose(on -> on ? step(ends, next) : CompletableFuture.completedStage(false));
        });
    }
}
