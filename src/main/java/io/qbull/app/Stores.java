package io.qbull.app;

import io.qbull.app.redis.EmbeddedRedis;
import io.qbull.config.RedisSettings;
import io.qbull.ops.HeldDesk;
import io.qbull.store.Store;
import io.qbull.store.StoreException;
import io.qbull.store.redis.RedisStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
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

    /**
     * @return the open store of the pods that run with these settings
     * @throws Refusal likewise, and if no Redis is given and none of theirs runs
     */
    static RedisStore find(AppSettings settings) throws Refusal {
        return open(settings, uri(settings));
    }

    private static String uri(AppSettings settings) throws Refusal {
        String given = settings.redisUrl();
        if (given != null) {
            return given;
        }
        Path folder = Pod.redisFolder(settings);
        try {
            Optional<String> running = EmbeddedRedis.find(folder);
            if (running.isPresent()) {
                return running.get();
            }
        } catch (IOException e) {
            throw new Refusal(ExitCode.UNREACHABLE, folder + " cannot be read: " + e, e);
        }
        throw new Refusal(
                ExitCode.UNREACHABLE,
                "No Redis runs in " + folder + ": start a pod with ./qbull up, or set " + Setting.REDIS_URL.variable());
    }

    /**
     * @param store an open store
     * @return what people do with its held keys
     */
    static HeldDesk heldDesk(Store store) {
        Executor later = CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS);
        return new HeldDesk(store.heldKeys(), () -> CompletableFuture.runAsync(() -> {}, later));
    }

    /** Blocks. */
    static <T> T await(CompletionStage<T> answer) throws Refusal {
        return await(answer, PATIENCE_SECONDS);
    }

    /** Blocks, for work of many steps, each of which has an end. */
    static <T> T finish(CompletionStage<T> answer) throws Refusal {
        return await(answer, Long.MAX_VALUE);
    }

    /**
     * @param failure of an answer
     * @return the same for people
     */
    static Refusal refusal(Throwable failure) {
        String why = String.valueOf(failure.getMessage());
        if (failure instanceof StoreException.Misconfigured) {
            return new Refusal(ExitCode.USAGE, why, failure);
        }
        return failure instanceof StoreException.Full
                ? new Refusal(ExitCode.FAILED, "Redis takes no data: " + why, failure)
                : unreachable(why, failure);
    }

    private static <T> T await(CompletionStage<T> answer, long seconds) throws Refusal {
        try {
            return answer.toCompletableFuture().get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw refusal(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            throw unreachable("no answer within " + seconds + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unreachable("interrupted", e);
        }
    }

    private static Refusal unreachable(String why, Throwable cause) {
        return new Refusal(ExitCode.UNREACHABLE, "Redis cannot be reached: " + why, cause);
    }
}
