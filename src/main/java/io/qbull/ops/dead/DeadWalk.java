package io.qbull.ops.dead;

import io.qbull.model.DeadLetter;
import io.qbull.model.DeadPlace;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.StreamId;
import io.qbull.store.DeadLetters;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/**
 * One way through a queue's dead letters: partition after partition, in the order of their burial, a page at a time. Those that
 * come after its ends, the newest letters when it began or was first asked for, are left out, so a job that is retried and fails
 * again is met once.
 */
final class DeadWalk {
    private final DeadLetters letters;
    private final QueueName queue;
    private final int longestBody;
    private final Visitor visitor;

    /** Is shown one page after another, each when the one before is dealt with. */
    interface Visitor {
        /** Tells whether to go on. */
        CompletionStage<Boolean> see(PartitionId partition, List<DeadLetter> page);
    }

    /**
     * @param longestBody how much of a body the visitor wants to see
     */
    DeadWalk(DeadLetters letters, QueueName queue, int longestBody, Visitor visitor) {
        this.letters = letters;
        this.queue = queue;
        this.longestBody = longestBody;
        this.visitor = visitor;
    }

    /**
     * @param after where an earlier walk stopped
     * @return whether there is such a queue
     */
    CompletionStage<Boolean> walk(DeadPlace after) {
        return letters.partitions(queue)
                .thenCompose(count -> ends(letters, queue, count, after.partition()))
                .thenCompose(ends -> walk(after, ends));
    }

    /**
     * @param ends the last letter to be met of each partition; none if there is no such queue
     */
    CompletionStage<Boolean> walk(DeadPlace after, List<StreamId> ends) {
        return ends.isEmpty()
                ? CompletableFuture.completedStage(false)
                : step(ends, after).thenApply(done -> true);
    }

    /** The newest letter of each partition of a queue; none if there is no such queue. */
    static CompletionStage<List<StreamId>> ends(DeadLetters letters, QueueName queue) {
        return letters.partitions(queue).thenCompose(count -> ends(letters, queue, count, 0));
    }

    private static CompletionStage<List<StreamId>> ends(
            DeadLetters letters, QueueName queue, int partitions, int first) {
        List<CompletableFuture<StreamId>> asked = IntStream.range(0, partitions)
                .mapToObj(index -> index < first
                        ? CompletableFuture.completedFuture(StreamId.START)
                        : letters.newest(new PartitionId(queue, index)).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                .thenApply(done -> asked.stream().map(CompletableFuture::join).toList());
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
