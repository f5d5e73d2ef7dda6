package io.qbull.runtime;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;

/**
 * Runs tasks one after another, in the order of submission, and knows the time. State that is only touched by the tasks
 * of one loop needs no lock. A task that throws is logged and does not end the loop.
 */
public interface EventLoop extends Executor {
    /**
     * @param task runs later on this loop; ignored once the loop is closed
     */
    @Override
    void execute(Runnable task);

    /**
     * @param delay from now
     * @param task runs on this loop, not before {@code delay} has passed
     * @return cancels it
     */
    Timer schedule(Duration delay, Runnable task);

    /**
     * @return monotonic nanoseconds; only differences mean anything
     */
    long nanoTime();

    /**
     * @return the date and time, to be told to others; nothing is decided by it
     */
    Instant now();

    /** A scheduled task. */
    interface Timer {
        /** Nothing runs after this when called on the loop; harmless when it ran already. */
        void cancel();
    }
}
