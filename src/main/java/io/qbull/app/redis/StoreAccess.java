package io.qbull.app.redis;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.settings.AppSettings;
import io.qbull.app.settings.Setting;
import io.qbull.config.RedisSettings;
import io.qbull.ops.deletion.QueueDeleter;
import io.qbull.ops.held.HeldKeyAdmin;
import io.qbull.ops.status.SecondLook;
import io.qbull.ops.why.Why;
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
import java.util.function.Supplier;

/** Opens the store of the settings and waits for its answers. Failures become {@link CliException}s. */
public final class StoreAccess {
    private static final long PATIENCE_SECONDS = 20;
    /** About 15 s. */
    private static final int LOADING_LOOKS = 75;

    private StoreAccess() {}

    /**
     * Opens a store. Blocks.
     *
     * @param settings with the time to live of leases
     * @param uri of Redis
     * @return an open store that has answered
     * @throws CliException if Redis cannot be reached, or is not set up as it must be
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
            await(store.loaded(LOADING_LOOKS));
            return store;
        } catch (CliException e) {
            store.close();
            throw e;
        }
    }

    /**
     * Opens the store of the pods that run with these settings. Blocks.
     *
     * @param settings of the pods
     * @return an open store that has answered
     * @throws CliException as {@link #open}, and if the settings name no Redis and no embedded one runs
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
                "No Redis runs in " + folder + ": start a pod with ./qbull up, or set " + Setting.DATA.variable()
                        + " or " + Setting.REDIS_URL.variable() + " as for the pods that run");
    }

    /**
     * @param store an open store
     * @return lists and changes its held keys
     */
    public static HeldKeyAdmin heldKeyAdmin(Store store) {
        return new HeldKeyAdmin(store.heldKeys(), pause(200));
    }

    /**
     * @param store an open store
     * @return says why something in it does not move
     */
    public static Why why(Store store) {
        return new Why(store, pause(250));
    }

    /**
     * @param store an open store
     * @return looks at its queues twice
     */
    public static SecondLook secondLook(Store store) {
        return new SecondLook(store.leases(), pause -> pause(pause.toMillis()).get(), System::nanoTime);
    }

    /**
     * @param store an open store
     * @return deletes its queues
     */
    public static QueueDeleter queueDeleter(Store store) {
        return new QueueDeleter(store, pause(2_000));
    }

    private static Supplier<CompletionStage<Void>> pause(long millis) {
        Executor later = CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS);
        return () -> CompletableFuture.runAsync(() -> {}, later);
    }

    /**
     * Waits 20 seconds at most. Blocks.
     *
     * @param <T> what comes
     * @param answer of the store
     * @return what it brings
     * @throws CliException if it fails, or does not come in time
     */
    public static <T> T await(CompletionStage<T> answer) throws CliException {
        return await(answer, PATIENCE_SECONDS);
    }

    /**
     * Waits for work of many steps, each of which has a timeout of its own. Blocks.
     *
     * @param <T> what comes
     * @param answer of the work
     * @return what it brings
     * @throws CliException if it fails
     */
    public static <T> T finish(CompletionStage<T> answer) throws CliException {
        return await(answer, Long.MAX_VALUE);
    }

    /**
     * @param failure of an answer
     * @return the failure with an exit code and a message for the terminal
     */
    public static CliException cliException(Throwable failure) {
        String why = String.valueOf(failure.getMessage());
        if (failure instanceof StoreException.Misconfigured) {
            return new CliException(ExitCode.USAGE, why, failure);
        }
        return failure instanceof StoreException.Full
                ? new CliException(ExitCode.FAILED, "Redis accepts no data: " + why, failure)
                : unreachable(why, failure);
    }

    private static <T> T await(CompletionStage<T> answer, long seconds) throws CliException {
        try {
            return answer.toCompletableFuture().get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw cliException(e.getCause() == null ? e : e.getCause());
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
