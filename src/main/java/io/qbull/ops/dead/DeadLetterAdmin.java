package io.qbull.ops.dead;

import io.qbull.model.DeadLetter;
import io.qbull.model.DeadPlace;
import io.qbull.model.QueueName;
import io.qbull.model.StreamId;
import io.qbull.ops.Change;
import io.qbull.ops.Listing;
import io.qbull.ops.Summary;
import io.qbull.store.DeadLetters;
import io.qbull.store.StoreException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Lists and changes dead letters in bounded memory. Thread-safe; nothing blocks. An answer is empty if there is no such queue.
 */
public final class DeadLetterAdmin {
    private final DeadLetters letters;

    /**
     * @param letters of an open store
     */
    public DeadLetterAdmin(DeadLetters letters) {
        this.letters = letters;
    }

    /**
     * Where a queue's dead letters ended at some time.
     *
     * @param newest the newest letter of each partition
     */
    public record Snapshot(List<StreamId> newest) {
        /** Copies the list. */
        public Snapshot {
            newest = List.copyOf(newest);
        }
    }

    /**
     * Lists the letters that fit, in the order of {@link DeadPlace}. A listing examines 10,000 letters at most.
     *
     * @param queue a queue
     * @param filter selects letters
     * @param after where to begin; {@link DeadPlace#START} or the end of another listing
     * @param most the most letters, 1 or more
     * @param longestBody how many bytes of a body to read
     * @return a listing; fails with a {@link StoreException}
     */
    public CompletionStage<Optional<Listing<DeadLetter, DeadPlace>>> list(
            QueueName queue, DeadFilter filter, DeadPlace after, int most, int longestBody) {
        DeadLetterCollector collector = new DeadLetterCollector(filter, most);
        return new DeadLetterScan(letters, queue, longestBody, collector)
                .run(after)
                .thenApply(exists -> exists ? Optional.of(collector.listing()) : Optional.empty());
    }

    /**
     * Lists the first letters that fit, however many that do not fit lie before them.
     *
     * @param queue a queue
     * @param filter selects letters
     * @param most the most letters, 1 or more
     * @param longestBody how many bytes of a body to read
     * @return a listing, without letters if none fits; fails with a {@link StoreException}
     */
    public CompletionStage<Optional<Listing<DeadLetter, DeadPlace>>> find(
            QueueName queue, DeadFilter filter, int most, int longestBody) {
        return find(queue, filter, DeadPlace.START, most, longestBody);
    }

    private CompletionStage<Optional<Listing<DeadLetter, DeadPlace>>> find(
            QueueName queue, DeadFilter filter, DeadPlace after, int most, int longestBody) {
        return list(queue, filter, after, most, longestBody).thenCompose(found -> {
            DeadPlace next = found.filter(listing -> listing.items().isEmpty())
                    .map(Listing::next)
                    .orElse(null);
            return next == null
                    ? CompletableFuture.completedStage(found)
                    : find(queue, filter, next, most, longestBody);
        });
    }

    /**
     * @param queue a queue
     * @return where its dead letters end now that each is in the partition of its key; fails with a {@link StoreException}
     */
    public CompletionStage<Optional<Snapshot>> snapshot(QueueName queue) {
        return letters.settle(queue)
                .thenCompose(settled -> DeadLetterScan.newest(letters, queue))
                .thenApply(newest -> newest.isEmpty() ? Optional.empty() : Optional.of(new Snapshot(newest)));
    }

    /**
     * Changes the letters that exist at the call and fit. A job that fails again meanwhile is left alone.
     *
     * @param queue a queue
     * @param filter selects letters
     * @param change what to do with them
     * @return what became of them, a failure on the way included; does not fail
     */
    public CompletionStage<Optional<Summary>> change(QueueName queue, DeadFilter filter, Change change) {
        DeadLetterChanger changer = new DeadLetterChanger(letters, filter, change);
        DeadLetterScan scan = new DeadLetterScan(letters, queue, 0, changer);
        return changer.summary(letters.settle(queue).thenCompose(settled -> scan.run(DeadPlace.START)));
    }

    /**
     * Changes the letters that existed at a snapshot and fit, so that no more are changed than were counted.
     *
     * @param queue a queue
     * @param filter selects letters
     * @param change what to do with them
     * @param snapshot of the queue
     * @return what became of them, a failure on the way included; does not fail
     */
    public CompletionStage<Optional<Summary>> change(
            QueueName queue, DeadFilter filter, Change change, Snapshot snapshot) {
        DeadLetterChanger changer = new DeadLetterChanger(letters, filter, change);
        return changer.summary(new DeadLetterScan(letters, queue, 0, changer).run(DeadPlace.START, snapshot.newest()));
    }
}
