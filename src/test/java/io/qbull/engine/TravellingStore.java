package io.qbull.engine;

import io.qbull.store.Store;
import io.qbull.store.StoreException;
import io.qbull.store.WakeUps;
import io.qbull.testing.ManualEventLoop;
import io.qbull.testing.PodLoop;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The store of a simulated pod: commands and answers travel to a real one in virtual time. While it is faulty, some never arrive, some
 * arrive when they are repeated already or long after, and of some the answer is lost. Nobody is woken, but everybody looks now and then.
 */
final class TravellingStore {
    /** After so long without an answer the caller is told that there is none. */
    static final Duration TIMEOUT = Duration.ofMillis(500);

    private static final int LATEST_MILLIS = 3_000;
    private static final int GLANCE_MILLIS = 200;

    private final Store real;
    private final ManualEventLoop world;
    private final PodLoop loop;
    private final Random random;
    private final Map<String, @Nullable Object> ports = new HashMap<>();
    boolean faulty;

    /**
     * @param real carries out the commands
     * @param world moves the time
     * @param loop of the pod
     * @param random draws what happens to a command
     */
    TravellingStore(Store real, ManualEventLoop world, PodLoop loop, Random random) {
        this.real = real;
        this.world = world;
        this.loop = loop;
        this.random = random;
    }

    Store store() {
        return proxy(Store.class, (method, arguments) -> switch (method.getName()) {
            case "onPrimaryChange", "close" -> null;
            case "wakeUps" -> proxy(WakeUps.class, this::watch);
            case "connections" -> this;
            default -> ports.computeIfAbsent(method.getName(), any -> port(method));
        });
    }

    private Object port(Method accessor) {
        Object port = carryOut(real, accessor, new Object[0]);
        return proxy(accessor.getReturnType(), (method, arguments) -> switch (method.getName()) {
            case "announcements", "changes" -> CompletableFuture.completedFuture((AutoCloseable) () -> {});
            default ->
                method.getReturnType() == CompletionStage.class
                        ? travel(() -> carryOut(port, method, arguments))
                        : carryOut(port, method, arguments);
        });
    }

    private @Nullable Object watch(Method method, Object[] arguments) {
        if (method.getName().equals("watch")) {
            loop.schedule(Duration.ofMillis(random.nextInt(GLANCE_MILLIS)), (Runnable) arguments[2]);
        }
        return null;
    }

    private CompletionStage<Object> travel(Supplier<Object> command) {
        CompletableFuture<Object> reply = new CompletableFuture<>();
        int fate = faulty ? random.nextInt(25) : 9;
        if (fate < 3) {
            if (fate > 0) {
                Duration way = fate == 1 ? Duration.ofMillis(random.nextInt(LATEST_MILLIS)) : latency();
                world.schedule(way, () -> arrive(command, reply));
            }
            world.schedule(
                    TIMEOUT,
                    () -> reply.completeExceptionally(
                            new StoreException.Unavailable("lost", true, new IllegalStateException("simulated"))));
        } else {
            world.schedule(latency(), () -> world.schedule(latency(), arrive(command, reply)));
        }
        return reply;
    }

    private Duration latency() {
        return Duration.ofMillis(random.nextInt(faulty ? 30 : 3));
    }

    /** Carries out a command; returns what gives the answer to the caller. */
    private static Runnable arrive(Supplier<Object> command, CompletableFuture<Object> reply) {
        try {
            Object answer =
                    ((CompletionStage<?>) command.get()).toCompletableFuture().join();
            return () -> reply.complete(answer);
        } catch (CompletionException e) {
            Throwable failure = e.getCause() == null ? e : e.getCause();
            return () -> reply.completeExceptionally(failure);
        }
    }

    private static Object carryOut(Object target, Method method, Object[] arguments) {
        try {
            return method.invoke(target, arguments);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(method.getName(), e);
        }
    }

    /** What a proxy does. */
    @FunctionalInterface
    private interface Handler {
        @Nullable
        Object call(Method method, Object[] arguments);
    }

    private static <T> T proxy(Class<T> type, Handler handler) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (method.getDeclaringClass() == Object.class) {
                        return method.invoke(handler, arguments);
                    }
                    return handler.call(method, arguments == null ? new Object[0] : arguments);
                }));
    }
}
