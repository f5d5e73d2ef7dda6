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
        return next(atOnce, all, ask, answers).thenApply(done -> answers);
    }

    private static <T, R> CompletionStage<Void> next(
            int atOnce, List<T> left, Function<? super T, ? extends CompletionStage<R>> ask, List<R> answers) {
        List<CompletableFuture<R>> round = new ArrayList<>();
        for (T each : left.subList(0, Math.min(atOnce, left.size()))) {
            round.add(ask.apply(each).toCompletableFuture());
        }
        return CompletableFuture.allOf(round.toArray(CompletableFuture[]::new)).thenCompose(done -> {
            round.forEach(each -> answers.add(each.join()));
            List<T> rest = left.subList(round.size(), left.size());
            return rest.isEmpty() ? CompletableFuture.completedStage(null) : next(atOnce, rest, ask, answers);
        });
    }
}
