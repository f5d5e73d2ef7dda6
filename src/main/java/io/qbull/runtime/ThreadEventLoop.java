package io.qbull.runtime;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An event loop on a single thread, with timers from another executor. Owns neither: their maker shuts them down. */
public final class ThreadEventLoop implements EventLoop {
    private final Executor thread;
    private final ScheduledExecutorService timers;
    private final Consumer<Throwable> failures;

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
        try {
            thread.execute(() -> run(task));
        } catch (RejectedExecutionException e) {
            // Ended: it is too late for any task, as after a crash.
            return;
        }
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        Scheduled scheduled = new Scheduled(task);
        try {
            ScheduledFuture<?> due = timers.schedule(() -> execute(scheduled), delay.toNanos(), TimeUnit.NANOSECONDS);
            scheduled.due = due;
        } catch (RejectedExecutionException e) {
            scheduled.cancelled = true;
        }
        return scheduled;
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
    private static final class Scheduled implements Runnable, Timer {
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
            ScheduledFuture<?> pending = due;
            if (pending != null) {
                pending.cancel(false);
            }
        }
    }
}
