package io.qbull.app.redis;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.settings.AppSettings;
import io.qbull.app.settings.Setting;
import io.qbull.config.RedisSettings;
import io.qbull.ops.held.HeldKeyAdmin;
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
public final class Stores {
    private static final long PATIENCE_SECONDS = 20;

    private Stores() {}

    /**
     * @param uri of Redis
     * @return an open store that has answered
     * @throws CliException if Redis cannot be reached or must not be used
     */
    public static RedisStore open(AppSettings settings, String uri) throws CliException {
        RedisStore store;
        try {
            store = RedisStore.open(
                    RedisSettings.forLeases(uri, settings.queues().leaseTtl()));
        } catch (IllegalArgumentException e) {
            throw new CliException(ExitCode.USAGE, Setting.REDIS_URL.variable() + " is wrong: " + e.getMessage(), e);
        }
        try {
            await(store.check());
            return store;
        } catch (CliException e) {
            store.close();
            throw e;
        }
    }

    /**
     * @return the open store of the pods that run with these settings
     * @throws CliException likewise, and if no Redis is given and none of theirs runs
     */
    public static RedisStore find(AppSettings settings) throws CliException {
        return open(settings, uri(settings));
    }

    private static String uri(AppSettings settings) throws CliException {
        String given = settings.redisUrl();
        if (given != null) {
            return given;
        }
        Path folder = settings.folders().redis();
        try {
            Optional<String> running = EmbeddedRedis.find(folder);
            if (running.isPresent()) {
                return running.get();
            }
        } catch (IOException e) {
            throw new CliException(ExitCode.UNREACHABLE, folder + " cannot be read: " + e, e);
        }
        throw new CliException(
                ExitCode.UNREACHABLE,
                "No Redis runs in " + folder + ": start a pod with ./qbull up, or set " + Setting.REDIS_URL.variable());
    }

    /**
     * @param store an open store
     * @return what people do with its held keys
     */
    public static HeldKeyAdmin heldDesk(Store store) {
        Executor later = CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS);
        return new HeldKeyAdmin(store.heldKeys(), () -> CompletableFuture.runAsync(() -> {}, later));
    }

    /** Blocks. */
    public static <T> T await(CompletionStage<T> answer) throws CliException {
        return await(answer, PATIENCE_SECONDS);
    }

    /** Blocks, for work of many steps, each of which has an end. */
    public static <T> T finish(CompletionStage<T> answer) throws CliException {
        return await(answer, Long.MAX_VALUE);
    }

    /**
     * @param failure of an answer
     * @return the same for people
     */
    public static CliException refusal(Throwable failure) {
        String why = String.valueOf(failure.getMessage());
        if (failure instanceof StoreException.Misconfigured) {
            return new CliException(ExitCode.USAGE, why, failure);
        }
        return failure instanceof StoreException.Full
                ? new CliException(ExitCode.FAILED, "Redis takes no data: " + why, failure)
                : unreachable(why, failure);
    }

    private static <T> T await(CompletionStage<T> answer, long seconds) throws CliException {
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

    private static CliException unreachable(String why, Throwable cause) {
        return new CliException(ExitCode.UNREACHABLE, "Redis cannot be reached: " + why, cause);
    }
}
