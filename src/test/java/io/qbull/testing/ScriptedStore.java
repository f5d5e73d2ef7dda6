package io.qbull.testing;

import io.qbull.store.DeadLetters;
import io.qbull.store.DelayedJobs;
import io.qbull.store.DeletionTable;
import io.qbull.store.Examiner;
import io.qbull.store.HeldJobs;
import io.qbull.store.HeldKeyTable;
import io.qbull.store.Inspector;
import io.qbull.store.JobLog;
import io.qbull.store.LayoutTable;
import io.qbull.store.LeaseTable;
import io.qbull.store.PauseTable;
import io.qbull.store.ResizeTable;
import io.qbull.store.SourceTable;
import io.qbull.store.Store;
import io.qbull.store.StoreException;
import io.qbull.store.WakeUps;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A store whose answers the test gives one by one: late, twice or never. It stores nothing and does not imitate Redis. It serves to
 * produce orders of events that a real server cannot be made to produce. For the test's thread only.
 */
public final class ScriptedStore implements Store {
    private final List<Call> open = new ArrayList<>();
    /** What the next call of a method throws. */
    private final Map<String, RuntimeException> thrown = new HashMap<>();

    private final JobLog jobs = recorded(JobLog.class);
    private final HeldJobs held = recorded(HeldJobs.class);
    private final DelayedJobs delayed = recorded(DelayedJobs.class);
    private final LeaseTable leases = recorded(LeaseTable.class);
    private final LayoutTable layouts = recorded(LayoutTable.class);
    private final ResizeTable resize = recorded(ResizeTable.class);
    private final SourceTable sources = recorded(SourceTable.class);
    private final Inspector inspector = recorded(Inspector.class);
    private final Examiner examiner = recorded(Examiner.class);
    private final DeadLetters deadLetters = recorded(DeadLetters.class);
    private final HeldKeyTable heldKeys = recorded(HeldKeyTable.class);
    private final WakeUps wakeUps = recorded(WakeUps.class);
    private final PauseTable pauses = recorded(PauseTable.class);
    private final List<Consumer<String>> primaryListeners = new ArrayList<>();

    /** A call that waits for its answer. */
    public static final class Call {
        private final String name;
        private final Object[] arguments;
        private final CompletableFuture<@Nullable Object> answer = new CompletableFuture<>();

        private Call(String name, Object[] arguments) {
            this.name = name;
            this.arguments = arguments;
        }

        /**
         * @param index position of the argument
         * @param type its type
         * @return the argument
         */
        public <T> T argument(int index, Class<T> type) {
            return type.cast(arguments[index]);
        }

        /**
         * @param value the answer; null for a command whose answer has no content
         */
        public void answer(@Nullable Object value) {
            answer.complete(value);
        }

        /** The reply is lost: the caller cannot know whether the command ran. */
        public void loseReply() {
            answer.completeExceptionally(
                    new StoreException.Unavailable("reply lost", true, new IllegalStateException("scripted")));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /**
     * @param name of a method of a port
     * @return the oldest unanswered call of it, for the test to answer
     */
    public Call next(String name) {
        for (Call call : open) {
            if (call.name.equals(name)) {
                open.remove(call);
                return call;
            }
        }
        throw new AssertionError("no call of " + name + " waits; waiting: " + open);
    }

    /**
     * @return the names of the calls that wait, oldest first
     */
    public List<String> waiting() {
        return open.stream().map(Call::toString).toList();
    }

    /**
     * Lets the next call of a method throw, as it should never do.
     *
     * @param name of a method of a port
     */
    public void failNext(String name) {
        thrown.put(name, new IllegalStateException("scripted"));
    }

    /**
     * Reports that a primary was replaced.
     *
     * @param old its name
     */
    public void changePrimary(String old) {
        primaryListeners.forEach(listener -> listener.accept(old));
    }

    private <T> T recorded(Class<T> port) {
        return port.cast(Proxy.newProxyInstance(
                port.getClassLoader(), new Class<?>[] {port}, (proxy, method, arguments) -> record(method, arguments)));
    }

    private @Nullable Object record(Method method, Object[] arguments) {
        RuntimeException failure = thrown.remove(method.getName());
        if (failure != null) {
            throw failure;
        }
        Call call = new Call(method.getName(), arguments.clone());
        open.add(call);
        return method.getReturnType() == void.class ? null : call.answer;
    }

    @Override
    public JobLog jobs() {
        return jobs;
    }

    @Override
    public HeldJobs held() {
        return held;
    }

    @Override
    public DelayedJobs delayed() {
        return delayed;
    }

    @Override
    public LeaseTable leases() {
        return leases;
    }

    @Override
    public LayoutTable layouts() {
        return layouts;
    }

    @Override
    public ResizeTable resize() {
        return resize;
    }

    @Override
    public SourceTable sources() {
        return sources;
    }

    @Override
    public Examiner examiner() {
        return examiner;
    }

    @Override
    public Inspector inspector() {
        return inspector;
    }

    @Override
    public DeadLetters deadLetters() {
        return deadLetters;
    }

    @Override
    public HeldKeyTable heldKeys() {
        return heldKeys;
    }

    @Override
    public WakeUps wakeUps() {
        return wakeUps;
    }

    @Override
    public PauseTable pauses() {
        return pauses;
    }

    @Override
    public DeletionTable deletions() {
        throw new UnsupportedOperationException("nobody deletes queues of a scripted store");
    }

    @Override
    public void onPrimaryChange(Consumer<String> listener) {
        primaryListeners.add(listener);
    }

    @Override
    public void close() {
        open.forEach(Call::loseReply);
    }
}
