package io.qbull.partition;

import io.qbull.store.HeldJobs;
import io.qbull.store.JobLog;
import io.qbull.store.ResizeTable;
import io.qbull.store.Store;
import io.qbull.store.WakeUps;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The part of a store that a pump uses, over commands that are carried out at once; the test decides how they travel. */
final class SimulatedStore {
    private SimulatedStore() {}

    /**
     * @param jobs carries out commands about the stream
     * @param held carries out commands about held jobs
     * @param watch takes what is to be called when a job is added; null to call nothing
     * @param travel brings a command to the store and its answer back
     */
    static Store of(
            JobLog jobs,
            HeldJobs held,
            Consumer<@Nullable Runnable> watch,
            Function<Supplier<Object>, CompletionStage<Object>> travel) {
        WakeUps wakeUps = (WakeUps) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {WakeUps.class}, (proxy, method, arguments) -> {
                    watch.accept(method.getName().equals("watch") ? (Runnable) arguments[2] : null);
                    return null;
                });
        Map<String, Object> ports = Map.of(
                "jobs",
                port(JobLog.class, jobs, travel),
                "held",
                port(HeldJobs.class, held, travel),
                "resize",
                resize(travel),
                "wakeUps",
                wakeUps);
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(),
                new Class<?>[] {Store.class},
                (proxy, method, arguments) -> ports.get(method.getName()));
    }

    /** No entry is misplaced, and no owner has ever met one. */
    private static ResizeTable resize(Function<Supplier<Object>, CompletionStage<Object>> travel) {
        return (ResizeTable) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {ResizeTable.class}, (proxy, method, arguments) -> {
                    if (!method.getName().equals("sender")) {
                        throw new AssertionError(method.getName());
                    }
                    return travel.apply(() -> new ResizeTable.Sender(false));
                });
    }

    private static <T> T port(Class<T> type, T real, Function<Supplier<Object>, CompletionStage<Object>> travel) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> travel.apply(() -> carryOut(real, method, arguments))));
    }

    private static Object carryOut(Object real, Method method, Object[] arguments) {
        try {
            return ((CompletionStage<?>) method.invoke(real, arguments))
                    .toCompletableFuture()
                    .join();
        } catch (IllegalAccessException | InvocationTargetException | CompletionException e) {
            throw new AssertionError(method.getName(), e);
        }
    }
}
