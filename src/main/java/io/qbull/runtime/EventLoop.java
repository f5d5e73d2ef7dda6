package io.qbull.runtime;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;

/**
 * Runs tasks one after another, in the order of submission, and tells the time. State that only the tasks of one loop touch needs no
 * lock. A task that throws is reported and does not end the loop.
 */
public interface EventLoop extends Executor {
    /**
     * @param task runs later on this loop; ignored once the loop has ended
     */
    @Override
    void execute(Runnable task);

    /**
     * @param delay from now
     * @param task runs on this loop once {@code delay} has passed
     * @return cancels the task
     */
    Timer schedule(Duration delay, Runnable task);

    /**
     * @return monotonic nanoseconds; only differences mean anything
     */
    long nanoTime();

    /**
     * @return the date and time, for use outside this process; decisions use {@link #nanoTime}
     */
    Instant now();

    /** A scheduled task. */
    interface Timer {
        /** If called on the loop, the task does not run after this. Has no effect if the task ran already. */
        void cancel();
    }
}
