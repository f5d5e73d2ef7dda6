package io.qbull.app;

import io.qbull.config.RedisSettings;
import io.qbull.store.StoreException;
import io.qbull.store.redis.RedisStore;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Opens the store for looking at it, and waits for its answers; failures become refusals. */
final class Stores {
    private static final long PATIENCE_SECONDS = 20;

    private Stores() {}

    /**
     * @param uri of Redis
     * @return an open store that has answered
     * @throws Refusal if Redis cannot be reached or must not be used
     */
    static RedisStore open(AppSettings settings, String uri) throws Refusal {
        RedisStore store;
        try {
            store = RedisStore.open(
                    RedisSettings.forLeases(uri, settings.queues().leaseTtl()));
        } catch (IllegalArgumentException e) {
            throw new Refusal(ExitCode.USAGE, Setting.REDIS_URL.variable() + " is wrong: " + e.getMessage(), e);
        }
        try {
            await(store.check());
            return store;
        } catch (Refusal e) {
            store.close();
            throw e;
        }
    }

    /** Blocks. */
    static <T> T await(CompletionStage<T> answer) throws Refusal {
        try {
            return answer.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof StoreException.Misconfigured) {
                throw new Refusal(ExitCode.USAGE, String.valueOf(cause.getMessage()), cause);
            }
            throw unreachable(String.valueOf(cause == null ? e : cause.getMessage()), e);
        } catch (TimeoutException e) {
            throw unreachable("no answer within " + PATIENCE_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unreachable("interrupted", e);
        }
    }

    private static Refusal unreachable(String why, Exception cause) {
        return new Refusal(ExitCode.UNREACHABLE, "Redis cannot be reached: " + why, cause);
    }
}
