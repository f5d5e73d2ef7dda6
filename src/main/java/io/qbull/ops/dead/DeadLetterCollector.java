package io.qbull.ops.dead;

import io.qbull.model.DeadLetter;
import io.qbull.model.DeadPlace;
import io.qbull.model.PartitionId;
import io.qbull.ops.Listing;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Collects the letters of a scan that fit a filter. For one scan, whose pages come one after another; not thread-safe. */
final class DeadLetterCollector implements DeadLetterScan.Visitor {
    /** Ends a listing whose filter fits few letters, so that its answer comes in time. */
    private static final int MOST_EXAMINED = 10_000;

    private final DeadFilter filter;
    private final int most;
    private final List<DeadLetter> found = new ArrayList<>();
    private int examined;
    private @Nullable DeadPlace stopped;

    DeadLetterCollector(DeadFilter filter, int most) {
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

    Listing<DeadLetter, DeadPlace> listing() {
        return new Listing<>(found, stopped);
    }
}
