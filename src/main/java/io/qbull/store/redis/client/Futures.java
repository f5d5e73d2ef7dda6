package io.qbull.store.redis.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Joins asynchronous steps. */
public final class Futures {
    private static final Logger LOG = LoggerFactory.getLogger(Futures.class);

    private Futures() {}

    /** Handles a result, or the error without the wrapping of the steps before. */
    static <T> void end(CompletionStage<T> stage, BiConsumer<? super T, ? super @Nullable Throwable> handler) {
        stage.whenComplete((value, error) -> handler.accept(value, error == null ? null : RedisErrors.bare(error)));
    }

    /** For a step whose failure changes nothing, such as closing what is broken. */
    static void ignore(CompletionStage<?> stage) {
        stage.whenComplete((value, error) -> {
            if (error != null) {
                LOG.debug("A step that may fail has failed", error);
            }
        });
    }

    /** All results in order; fails with the first failure. */
    public static <T> CompletionStage<List<T>> all(List<? extends CompletionStage<T>> stages) {
        CompletableFuture<?>[] futures =
                stages.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture[]::new);
        return CompletableFuture.allOf(futures).thenApply(done -> {
            List<T> results = new ArrayList<>(stages.size());
            stages.forEach(stage -> results.add(stage.toCompletableFuture().join()));
            return results;
        });
    }

    /** What those that succeeded brought; fails only if none did. */
    public static <K, V> CompletionStage<Map<K, V>> joined(List<CompletionStage<Map<K, V>>> parts) {
        Map<K, V> joined = new ConcurrentHashMap<>();
        AtomicInteger failures = new AtomicInteger();
        List<CompletionStage<Void>> settled = parts.stream()
                .map(part -> part.thenAccept(joined::putAll)
                        .exceptionallyCompose(error -> failures.incrementAndGet() < parts.size()
                                ? CompletableFuture.completedStage(null)
                                : CompletableFuture.failedStage(error)))
                .toList();
        return all(settled).thenApply(done -> joined);
    }
}
