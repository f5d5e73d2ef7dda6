package io.qbull.engine;

import io.qbull.config.DeadLimits;
import io.qbull.model.DeadLetter;
import io.qbull.model.PartitionId;
import io.qbull.model.StreamId;
import io.qbull.runtime.EventLoop;
import io.qbull.runtime.LogLimit;
import io.qbull.store.DeadLetters;
import io.qbull.store.DeadLetters.Stock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the dead letters of the owned partitions within their limits. Checks them once a period: letters beyond a limit are reported at
 * one check and dropped at the next, and none that came after the report is dropped. Two pods that do this at once do no harm. The ids
 * of dropped jobs stay known for their deduplication window, because a limit, unlike a person, does not want the job to come again. On
 * the event loop.
 */
final class DeadLetterRetention {
    /** Between two checks. */
    static final Duration PERIOD = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterRetention.class);

    private static final String LEFT = "dead letters beyond deadMaxLength or deadMaxAge";

    private enum Step {
        COUNT,
        DROP
    }

    /** A piece of work: that the letters can be counted does not say that they can be dropped, nor those of another partition. */
    private record Piece(PartitionId partition, Step step) {}

    private final DeadLimits limits;
    private final DeadLetters letters;
    private final EventLoop loop;
    private final Supplier<List<PartitionId>> owned;
    private final TidyingReporter tidying;
    /** A check goes through all partitions, which mostly are alike. */
    private final LogLimit lines;
    /** The newest letter at the time of the report: letters up to this one may be dropped. */
    private final Map<PartitionId, StreamId> reported = new HashMap<>();

    private final Set<PartitionId> busy = new HashSet<>();
    private EventLoop.@Nullable Timer next;

    DeadLetterRetention(
            DeadLimits limits,
            DeadLetters letters,
            EventLoop loop,
            Supplier<List<PartitionId>> owned,
            TidyingReporter tidying) {
        this.limits = limits;
        this.letters = letters;
        this.loop = loop;
        this.owned = owned;
        this.tidying = tidying;
        this.lines = new LogLimit(loop::nanoTime);
    }

    void start() {
        if (!limits.equals(DeadLimits.NONE)) {
            next = loop.schedule(PERIOD, this::check);
        }
    }

    void stop() {
        if (next != null) {
            next.cancel();
        }
    }

    private void check() {
        next = loop.schedule(PERIOD, this::check);
        List<PartitionId> partitions = owned.get();
        reported.keySet().retainAll(partitions);
        for (PartitionId partition : partitions) {
            if (busy.add(partition)) {
                tidying.watch(LEFT, new Piece(partition, Step.COUNT), letters.stock(partition))
                        .whenComplete((stock, failure) -> loop.execute(() -> judge(partition, stock, failure)));
            }
        }
    }

    private void judge(PartitionId partition, @Nullable Stock stock, @Nullable Throwable failure) {
        if (stock == null) {
            LOG.debug(
                    "queue={} partition={} dead letters cannot be read", partition.queue(), partition.index(), failure);
            busy.remove(partition);
            return;
        }
        StreamId last = reported.remove(partition);
        if (!beyond(stock, stock.length() - 1, stock.oldest())) {
            tidying.done(new Piece(partition, Step.DROP));
            busy.remove(partition);
        } else if (last == null) {
            reported.put(partition, stock.newest());
            busy.remove(partition);
            lines.log("report", more -> report(partition, stock, more));
        } else {
            tidying.watch(LEFT, new Piece(partition, Step.DROP), drop(partition, last, 0))
                    .whenComplete((dropped, broken) -> loop.execute(() -> dropped(partition, dropped, broken)));
        }
    }

    private void report(PartitionId partition, Stock stock, String more) {
        LOG.warn(
                "queue={} partition={} has {} dead letters, the oldest {} s old: those beyond deadMaxLength={} or"
                        + " deadMaxAge={} will be dropped in {} s{}",
                partition.queue(),
                partition.index(),
                stock.length(),
                (stock.nowMillis() - stock.oldest().millis()) / 1000,
                limits.maxLength(),
                limits.maxAge(),
                PERIOD.toSeconds(),
                more);
    }

    private void dropped(PartitionId partition, @Nullable Long count, @Nullable Throwable failure) {
        busy.remove(partition);
        if (count != null) {
            lines.log(
                    "dropped",
                    more -> LOG.warn(
                            "queue={} partition={} dropped {} dead letters{}",
                            partition.queue(),
                            partition.index(),
                            count,
                            more));
        } else {
            LOG.debug(
                    "queue={} partition={} dead letters cannot be dropped",
                    partition.queue(),
                    partition.index(),
                    failure);
        }
    }

    /** Page by page, counting anew after each: letters that people drop or retry meanwhile make it drop too few, never too many. */
    private CompletionStage<Long> drop(PartitionId partition, StreamId last, long dropped) {
        return letters.read(partition, StreamId.START, last, 0)
                .thenCompose(page -> letters.stock(partition).thenApply(stock -> over(stock, page.letters())))
                .thenCompose(over -> over.isEmpty()
                        ? CompletableFuture.completedStage(dropped)
                        : letters.expire(partition, over).thenCompose(gone -> drop(partition, last, dropped + gone)));
    }

    private List<StreamId> over(Stock stock, List<DeadLetter> oldest) {
        List<StreamId> places =
                oldest.stream().map(letter -> letter.entry().streamId()).toList();
        return IntStream.range(0, places.size())
                .takeWhile(i -> beyond(stock, stock.length() - 1 - i, places.get(i)))
                .mapToObj(places::get)
                .toList();
    }

    /** Whether a letter with this many behind it exceeds a limit. */
    private boolean beyond(Stock stock, long behind, StreamId letter) {
        return (limits.maxLength() > 0 && behind >= limits.maxLength())
                || (!limits.maxAge().isZero()
                        && behind >= 0
                        && stock.nowMillis() - letter.millis() > limits.maxAge().toMillis());
    }
}
