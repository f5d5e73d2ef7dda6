package io.qbull.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Asks Redis about many things, a few at a time. A connection answers in order, so thousands of questions at once would delay everything
 * else on it, renewals included.
 */
public final class Rounds {
    private Rounds() {}

    /**
     * @param atOnce how many questions are under way, at most
     * @param all what to ask about
     * @param ask sends the question about one of them; called on any thread
     * @return the answers in the order of {@code all}; fails with the first round in which a question fails, and asks no more then
     */
    public static <T, R> CompletionStage<List<R>> of(
            int atOnce, List<T> all, Function<? super T, ? extends CompletionStage<R>> ask) {
        List<R> answers = new ArrayList<>(all.size());
        return from(0, atOnce, all, ask, answers).thenApply(done -> answers);
    }

    private static <T, R> CompletionStage<Void> from(
            int first,
            int atOnce,
            List<T> all,
            Function<? super T, ? extends CompletionStage<R>> ask,
            List<R> answers) {
        // A loop as long as answers are there at once: as many calls within each other would be too many.
        for (int next = first; next < all.size(); next += atOnce) {
            List<CompletableFuture<R>> round = new ArrayList<>();
            for (T each : all.subList(next, Math.min(next + atOnce, all.size()))) {
                round.add(ask.apply(each).toCompletableFuture());
            }
            int rest = next + atOnce;
            CompletableFuture<Void> answered = CompletableFuture.allOf(round.toArray(CompletableFuture[]::new))
                    .thenRun(() -> round.forEach(each -> answers.add(each.join())));
            if (!answered.isDone() || answered.isCompletedExceptionally()) {
                return answered.thenCompose(done -> from(rest, atOnce, all, ask, answers));
            }
        }
        return CompletableFuture.completedStage(null);
    }
}
