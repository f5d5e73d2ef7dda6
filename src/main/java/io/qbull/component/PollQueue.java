package io.qbull.component;

import io.qbull.model.TaskQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.util.StopWatch;
import org.jspecify.annotations.Nullable;

/**
 * Jobs that wait until somebody polls: at most {@code concurrency} for each owned partition. A job begins on the thread that polls it, so
 * its lease is checked at that moment and its time counts from then.
 */
final class PollQueue implements TaskQueue {
    /** The exchange of the job that has begun on this thread. */
    private static final ThreadLocal<@Nullable Exchange> BEGUN = new ThreadLocal<>();

    private final BlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>();

    @Override
    public void execute(Runnable task) {
        waiting.add(task);
    }

    @Override
    public boolean takeBack(Runnable task) {
        return waiting.remove(task);
    }

    @Override
    public @Nullable String waitsFor(Runnable task) {
        return waiting.contains(task) ? "somebody to poll it" : null;
    }

    /** The job that begins on this thread has become an exchange. */
    void begin(Exchange exchange) {
        BEGUN.set(exchange);
    }

    /**
     * @param millis how long to wait for a job
     * @return the exchange of a job; null if none came in time
     */
    @Nullable
    Exchange poll(long millis) throws InterruptedException {
        StopWatch watch = new StopWatch();
        while (true) {
            Runnable task = waiting.poll(Math.max(0, millis - watch.taken()), TimeUnit.MILLISECONDS);
            if (task == null) {
                return null;
            }
            Exchange exchange = exchangeOf(task);
            if (exchange != null) {
                return exchange;
            }
        }
    }

    /** Null if the job may not begin any more. */
    private @Nullable Exchange exchangeOf(Runnable task) {
        try {
            task.run();
            return BEGUN.get();
        } finally {
            BEGUN.remove();
        }
    }
}
