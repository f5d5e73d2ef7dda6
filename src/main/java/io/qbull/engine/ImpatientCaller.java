package io.qbull.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Waits for the answer of an exchange, as an HTTP client does, and must have one soon after the app has begun to stop, whatever Redis does.
 * A property of the exchange.
 */
public interface ImpatientCaller {
    /** Name of the property. */
    String PROPERTY = "QbullImpatientCaller";

    /**
     * @param end gives the caller an answer; called on any thread when its patience is over
     * @return to be called when the caller has an answer
     */
    Runnable whenOver(Runnable end);

    /**
     * @param answer what the caller waits for
     * @param otherwise why it got no answer
     * @param <T> type of the answer
     * @return the answer, or a failure when the patience of the caller is over
     */
    default <T> CompletionStage<T> limit(CompletionStage<T> answer, Supplier<? extends Throwable> otherwise) {
        CompletableFuture<T> limited = new CompletableFuture<>();
        Runnable answered = whenOver(() -> limited.completeExceptionally(otherwise.get()));
        answer.whenComplete((value, failure) -> {
            answered.run();
            if (failure == null) {
                limited.complete(value);
            } else {
                limited.completeExceptionally(failure);
            }
        });
        return limited;
    }
}
