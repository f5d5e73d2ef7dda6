package io.qbull.testing;

import io.qbull.runtime.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * An event loop whose clock moves only when the test moves it, and whose tasks run on the test's thread.
 *
 * <p>Tasks may be submitted from any thread, also from a task. Call everything else on the test's thread or from a task. The method
 * that runs a task throws the task's exception, after it has run the remaining tasks.
 */
public final class ManualEventLoop implements EventLoop {
    /** More tasks than this without a step of the clock mean that tasks submit each other forever. */
    private static final int MOST_AT_ONE_INSTANT = 10_000_000;

    private final Queue<Runnable> ready = new ConcurrentLinkedQueue<>();
    private final PriorityQueue<Scheduled> timers =
            new PriorityQueue<>(Comparator.comparingLong(Scheduled::due).thenComparingLong(Scheduled::order));
    // Starts shortly before an overflow, as System.nanoTime() may: only differences are meaningful.
    private final long start;
    private long elapsed;
    private long submitted;
    private @Nullable Throwable failure;

    /** The clock starts at an arbitrary value. */
    public ManualEventLoop() {
        this(Long.MAX_VALUE - Duration.ofSeconds(1).toNanos());
    }

    /**
     * @param start the first value of {@link #nanoTime()}
     */
    public ManualEventLoop(long start) {
        this.start = start;
    }

    @Override
    public void execute(Runnable task) {
        ready.add(task);
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        Scheduled timer = new Scheduled(elapsed + Math.max(0, delay.toNanos()), submitted++, task);
        timers.add(timer);
        return () -> timers.remove(timer);
    }

    @Override
    public long nanoTime() {
        return start + elapsed;
    }

    @Override
    public Instant now() {
        return Instant.EPOCH.plusNanos(elapsed);
    }

    /** Runs all tasks that are due now, and those that they submit, until none is left. */
    public void run() {
        tick(Duration.ZERO);
    }

    /**
     * Moves the clock and runs each timer on the way at its own time.
     *
     * @param by how far
     */
    public void tick(Duration by) {
        long end = elapsed + by.toNanos();
        drain();
        for (Scheduled next = timers.peek(); next != null && next.due() <= end; next = timers.peek()) {
            timers.remove(next);
            elapsed = Math.max(elapsed, next.due());
            attempt(next.task());
            drain();
        }
        elapsed = end;
        rethrow();
    }

    /**
     * Moves the clock without running anything, as if the process had been stopped. The next {@link #run()} runs all timers late.
     *
     * @param by how long
     */
    public void pause(Duration by) {
        elapsed += by.toNanos();
    }

    /**
     * @return time until the next timer; null if there is none; zero if tasks wait
     */
    public @Nullable Duration untilNext() {
        if (!ready.isEmpty()) {
            return Duration.ZERO;
        }
        Scheduled next = timers.peek();
        return next == null ? null : Duration.ofNanos(Math.max(0, next.due() - elapsed));
    }

    private void drain() {
        int count = 0;
        for (Runnable task = ready.poll(); task != null; task = ready.poll()) {
            attempt(task);
            if (++count > MOST_AT_ONE_INSTANT) {
                throw new IllegalStateException("tasks submit each other for ever; last: " + task);
            }
        }
    }

    private void attempt(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            if (failure == null) {
                failure = e;
            } else {
                failure.addSuppressed(e);
            }
        }
    }

    private void rethrow() {
        Throwable thrown = failure;
        failure = null;
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
    }

    private record Scheduled(long due, long order, Runnable task) {}
}
