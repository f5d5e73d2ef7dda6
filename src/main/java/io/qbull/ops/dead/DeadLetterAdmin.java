package io.qbull.ops.dead;

import io.qbull.model.DeadLetter;
import io.qbull.model.DeadPlace;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.StreamId;
import io.qbull.store.DeadLetters;
import io.qbull.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What people do with dead letters, in bounded memory. Thread-safe; nothing blocks. An empty answer = there is no such queue. */
public final class DeadLetterAdmin {
    private static final int MOST_EXAMINED = 10_000;

    private final DeadLetters letters;

    /**
     * @param letters of an open store
     */
    public DeadLetterAdmin(DeadLetters letters) {
        this.letters = letters;
    }

    /**
     * Some dead letters, in the order of {@link DeadPlace}.
     *
     * @param letters those that fit; may be fewer than asked for, or none, although more follow
     * @param next after which place to go on; null if nothing follows
     */
    public record Listing(
            List<DeadLetter> letters, @Nullable DeadPlace next) {}

    /** What is done with those that fit. */
    public enum Deed {
        /** Nothing. */
        COUNT,
        /** Back to the end of their streams. */
        RETRY,
        /** Removed for good. */
        DROP
    }

    /**
     * What became of those that fit.
     *
     * @param found how many were met
     * @param done how many were retried or dropped
     * @param unfit how many cannot be retried, and stay
     * @param gone how many somebody else had retried or dropped meanwhile
     * @param unknown how many may have been dealt with, for the answer was lost: doing it again is safe
     * @param failure why it ended early; null if it did not
     */
    public record Tally(
            long found,
            long done,
            long unfit,
            long gone,
            long unknown,
            @Nullable Throwable failure) {}

    /**
     * Where a queue's dead letters ended at some time.
     *
     * @param newest letter of each partition
     */
    public record Ends(List<StreamId> newest) {
        /** Copies the list. */
        public Ends {
            newest = List.copyOf(newest);
        }
    }

    /**
     * @param queue a queue
     * @param filter which ones
     * @param after where to begin; {@link DeadPlace#START} or the end of another listing
     * @param most how many at most, 1 or more
     * @param longestBody how many bytes of a body
     * @return a listing; fails with a {@link StoreException}
     */
    public CompletionStage<Optional<Listing>> list(
            QueueName queue, DeadFilter filter, DeadPlace after, int most, int longestBody) {
        Collector collector = new Collector(filter, most);
        return new DeadWalk(letters, queue, longestBody, collector)
                .walk(after)
                .thenApply(exists -> exists ? Optional.of(collector.listing()) : Optional.empty());
    }

    /**
     * Looks until some are found, however many lie before them that do not fit.
     *
     * @param queue a queue
     * @param filter which ones
     * @param most how many at most, 1 or more
     * @param longestBody how many bytes of a body
     * @return a listing, without letters if none fits; fails with a {@link StoreException}
     */
    public CompletionStage<Optional<Listing>> find(QueueName queue, DeadFilter filter, int most, int longestBody) {
        return find(queue, filter, DeadPlace.START, most, longestBody);
    }

    private CompletionStage<Optional<Listing>> find(
            QueueName queue, DeadFilter filter, DeadPlace after, int most, int longestBody) {
        return list(queue, filter, after, most, longestBody).thenCompose(found -> {
            DeadPlace next = found.filter(listing -> listing.letters().isEmpty())
                    .map(Listing::next)
                    .orElse(null);
            return next == null
                    ? CompletableFuture.completedStage(found)
                    : find(queue, filter, next, most, longestBody);
        });
    }

    /**
     * @param queue a queue
     * @return where its dead letters end now; fails with a {@link StoreException}
     */
    public CompletionStage<Optional<Ends>> ends(QueueName queue) {
        return DeadWalk.ends(letters, queue)
                .thenApply(newest -> newest.isEmpty() ? Optional.empty() : Optional.of(new Ends(newest)));
    }

    /**
     * Goes through all dead letters that are there at the call. Jobs that fail again meanwhile are left alone.
     *
     * @param queue a queue
     * @param filter which ones
     * @param deed what to do with them
     * @return how that went; a failure on the way is part of it
     */
    public CompletionStage<Optional<Tally>> sweep(QueueName queue, DeadFilter filter, Deed deed) {
        Sweep sweep = new Sweep(filter, deed);
        return sweep.end(new DeadWalk(letters, queue, 0, sweep).walk(DeadPlace.START));
    }

    /**
     * Goes through those that were there at another time, so that what is done is not more than what was counted.
     *
     * @param queue a queue
     * @param filter which ones
     * @param deed what to do with them
     * @param ends where they ended then
     * @return as for all
     */
    public CompletionStage<Optional<Tally>> sweep(QueueName queue, DeadFilter filter, Deed deed, Ends ends) {
        Sweep sweep = new Sweep(filter, deed);
        return sweep.end(new DeadWalk(letters, queue, 0, sweep).walk(DeadPlace.START, ends.newest()));
    }

    /** Used by one page after another, never by two at a time. */
    private static final class Collector implements DeadWalk.Visitor {
        private final DeadFilter filter;
        private final int most;
        private final List<DeadLetter> found = new ArrayList<>();
        private int examined;
        private @Nullable DeadPlace stopped;

        Collector(DeadFilter filter, int most) {
            this.filter = filter;
            this.most = most;
        }

        @Override
        public CompletionStage<Boolean> see(PartitionId partition, List<DeadLetter> page) {
            for (DeadLetter letter : page) {
                examined++;
                if (filter.fits(letter)) {
                    found.add(letter);
                }
                if (found.size() == most || examined == MOST_EXAMINED) {
                    stopped = letter.place();
                    return CompletableFuture.completedStage(false);
                }
            }
            return CompletableFuture.completedStage(true);
        }

        Listing listing() {
            return new Listing(List.copyOf(found), stopped);
        }
    }

    /** Likewise. */
    private final class Sweep implements DeadWalk.Visitor {
        private final DeadFilter filter;
        private final Deed deed;
        private long found;
        private long done;
        private long unfit;
        private long answered;

        Sweep(DeadFilter filter, Deed deed) {
            this.filter = filter;
            this.deed = deed;
        }

        @Override
        public CompletionStage<Boolean> see(PartitionId partition, List<DeadLetter> page) {
            List<DeadLetter> chosen = page.stream().filter(filter::fits).toList();
            found += chosen.size();
            if (chosen.isEmpty()) {
                return CompletableFuture.completedStage(true);
            }
            return switch (deed) {
                case COUNT -> answered(chosen.size(), 0, 0);
                case RETRY ->
                    letters.requeue(
                                    partition,
                                    chosen.stream()
                                            .map(letter -> letter.entry().streamId())
                                            .toList())
                            .thenCompose(end -> answered(chosen.size(), end.moved(), end.unfit()));
                case DROP ->
                    letters.discard(partition, chosen).thenCompose(removed -> answered(chosen.size(), removed, 0));
            };
        }

        private CompletionStage<Boolean> answered(int all, int deeds, int refused) {
            answered += all;
            done += deeds;
            unfit += refused;
            return CompletableFuture.completedStage(true);
        }

        CompletionStage<Optional<Tally>> end(CompletionStage<Boolean> walk) {
            return walk.thenApply(exists -> exists ? Optional.of(tally(null)) : Optional.<Tally>empty())
                    .exceptionally(failure -> Optional.of(tally(failure)));
        }

        private Tally tally(@Nullable Throwable failure) {
            Throwable bare = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
            boolean sent = bare instanceof StoreException.Unavailable away && away.sent();
            long gone = deed == Deed.COUNT ? 0 : answered - done - unfit;
            return new Tally(found, done, unfit, gone, sent ? found - answered : 0, bare);
        }
    }
}
