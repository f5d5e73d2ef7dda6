package io.qbull.runtime;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An event loop on a single thread, with timers from another executor. Owns neither: their maker shuts them down, and other loops may use
 * the same.
 */
public final class ThreadEventLoop implements EventLoop, AutoCloseable {
    private final Executor thread;
    private final ScheduledExecutorService timers;
    private final Consumer<Throwable> failures;
    /** Not yet due, and not cancelled. */
    private final Set<Scheduled> scheduled = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;

    /**
     * @param thread runs one task at a time, in order
     * @param timers only submits due tasks to {@code thread}
     * @param failures gets what a task threw
     */
    public ThreadEventLoop(Executor thread, ScheduledExecutorService timers, Consumer<Throwable> failures) {
        this.thread = thread;
        this.timers = timers;
        this.failures = failures;
    }

    @Override
    public void execute(Runnable task) {
        if (closed) {
            return;
        }
        try {
            thread.execute(() -> run(task));
        } catch (RejectedExecutionException e) {
            // Ended: it is too late for any task, as after a crash.
            return;
        }
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        Scheduled later = new Scheduled(task);
        scheduled.add(later);
        try {
            later.due = timers.schedule(() -> due(later), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            later.cancel();
        }
        if (closed || later.cancelled) {
            later.cancel();
        }
        return later;
    }

    private void due(Scheduled task) {
        scheduled.remove(task);
        execute(task);
    }

    /** Takes no more tasks and cancels what is scheduled. Tasks that were submitted before still run. */
    @Override
    public void close() {
        closed = true;
        scheduled.forEach(Scheduled::cancel);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            failures.accept(e);
        }
    }

    /** Checks on the loop whether it is cancelled, so that a task which the timer has submitted already does not run either. */
    private final class Scheduled implements Runnable, Timer {
        private final Runnable task;
        private volatile boolean cancelled;
        private volatile @Nullable ScheduledFuture<?> due;

        Scheduled(Runnable task) {
            this.task = task;
        }

        @Override
        public void run() {
            if (!cancelled) {
                task.run();
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
            scheduled.remove(this);
            ScheduledFuture<?> pending = due;
            if (pending != null) {
                pending.cancel(false);
            }
        }
    }
}
