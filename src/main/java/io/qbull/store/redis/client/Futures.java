package io.qbull.store.redis.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Combines futures. Stateless; handlers run on the thread that completes the last future. */
public final class Futures {
    private static final Logger LOG = LoggerFactory.getLogger(Futures.class);

    private Futures() {}

    /** Passes the result to the handler, or the error without the wrappers that earlier steps added. */
    static <T> void whenDone(CompletionStage<T> future, BiConsumer<? super T, ? super @Nullable Throwable> handler) {
        future.whenComplete((value, error) -> handler.accept(value, error == null ? null : RedisErrors.unwrap(error)));
    }

    /**
     * The same for a handler that completes {@code result}, now or later. If it throws, {@code result} fails: nobody waits for it for ever.
     */
    static <T> void whenDone(
            CompletionStage<T> future,
            CompletableFuture<?> result,
            BiConsumer<? super T, ? super @Nullable Throwable> handler) {
        whenDone(future, (value, error) -> {
            try {
                handler.accept(value, error);
            } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        });
    }

    /** What a step returns, or a failed future if it throws. */
    static <T> CompletionStage<T> attempt(Supplier<? extends CompletionStage<T>> step) {
        try {
            return step.get();
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** For a step whose failure changes nothing, such as closing a broken connection. */
    static void ignore(CompletionStage<?> future) {
        future.whenComplete((value, error) -> {
            if (error != null) {
                LOG.debug("An optional step failed", error);
            }
        });
    }

    /**
     * @param futures any number
     * @return all results in the order of {@code futures}; fails with the error of one that failed
     */
    public static <T> CompletionStage<List<T>> all(List<? extends CompletionStage<T>> futures) {
        CompletableFuture<?>[] array =
                futures.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture[]::new);
        return CompletableFuture.allOf(array).thenApply(done -> {
            List<T> results = new ArrayList<>(futures.size());
            futures.forEach(future -> results.add(future.toCompletableFuture().join()));
            return results;
        });
    }

    /**
     * @param parts 1 or more; no key is in two of them
     * @return the entries of all parts that succeeded; fails only if every part failed
     */
    public static <K, V> CompletionStage<Map<K, V>> joined(List<CompletionStage<Map<K, V>>> parts) {
        Map<K, V> joined = new ConcurrentHashMap<>();
        AtomicInteger errors = new AtomicInteger();
        List<CompletionStage<Void>> settled = parts.stream()
                .map(part -> part.thenAccept(joined::putAll)
                        .exceptionallyCompose(error -> errors.incrementAndGet() < parts.size()
                                ? CompletableFuture.completedStage(null)
                                : CompletableFuture.failedStage(error)))
                .toList();
        return all(settled).thenApply(done -> joined);
    }
}
