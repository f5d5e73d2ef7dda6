package io.qbull.testing;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for asynchronous answers in tests. */
public final class Waiting {
    private Waiting() {}

    /**
     * @param stage a future
     * @param <T> type of the result
     * @return the result
     * @throws RuntimeException the exception of the future
     */
    public static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(Patience.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new AssertionError(e);
        } catch (TimeoutException e) {
            throw new AssertionError("no answer within " + Patience.LIMIT, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /**
     * @param stage a future that fails
     * @return the exception itself, as a handler of the future sees it, not the cause of a wrapper
     */
    public static Throwable failure(CompletionStage<?> stage) {
        Object outcome = get(stage.handle((value, error) -> error == null ? "no failure but " + value : error));
        if (outcome instanceof Throwable error) {
            return error;
        }
        throw new AssertionError(outcome);
    }
}
