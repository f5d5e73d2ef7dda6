package io.qbull.ops.dead;

import io.qbull.model.DeadLetter;
import io.qbull.model.PartitionId;
import io.qbull.ops.Change;
import io.qbull.ops.Summary;
import io.qbull.store.DeadLetters;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Changes the letters of a scan that fit a filter. For one scan, whose pages come one after another; not thread-safe. */
final class DeadLetterChanger implements DeadLetterScan.Visitor {
    private final DeadLetters letters;
    private final DeadFilter filter;
    private final Change change;
    private long found;
    private long done;
    private long unfit;
    private long answered;

    DeadLetterChanger(DeadLetters letters, DeadFilter filter, Change change) {
        this.letters = letters;
        this.filter = filter;
        this.change = change;
    }

    @Override
    public CompletionStage<Boolean> see(PartitionId partition, List<DeadLetter> page) {
        List<DeadLetter> chosen = page.stream().filter(filter::fits).toList();
        found += chosen.size();
        if (chosen.isEmpty()) {
            return CompletableFuture.completedStage(true);
        }
        return switch (change) {
            case COUNT -> answered(chosen.size(), 0, 0);
            case RETRY ->
                letters.requeue(partition, chosen)
                        .thenCompose(end -> answered(chosen.size(), end.moved(), end.unfit()));
            case DROP -> letters.discard(partition, chosen).thenCompose(removed -> answered(chosen.size(), removed, 0));
        };
    }

    private CompletionStage<Boolean> answered(int all, int changed, int refused) {
        answered += all;
        done += changed;
        unfit += refused;
        return CompletableFuture.completedStage(true);
    }

    /**
     * @param scan with this visitor
     * @return what became of the letters; empty if there is no such queue. Does not fail
     */
    CompletionStage<Optional<Summary>> summary(CompletionStage<Boolean> scan) {
        return scan.thenApply(exists -> exists ? Optional.of(summary((Throwable) null)) : Optional.<Summary>empty())
                .exceptionally(failure -> Optional.of(summary(failure)));
    }

    private Summary summary(@Nullable Throwable failure) {
        long gone = change == Change.COUNT ? 0 : answered - done - unfit;
        return Summary.of(found, done, unfit, gone, found - answered, failure);
    }
}
