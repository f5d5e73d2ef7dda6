package io.qbull.component;

import io.qbull.model.QueueName;
import io.qbull.runtime.EventLoop;
import io.qbull.runtime.ThreadEventLoop;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.spi.ExecutorServiceManager;
import org.apache.camel.spi.ThreadPoolProfile;
import org.apache.camel.util.concurrent.ThreadPoolRejectedPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of one node, from Camel's factories: an event loop, workers for the jobs, and continuations for exchanges
 * whose enqueue was answered, because a route that goes on must never hold up an event loop.
 */
final class NodeThreads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeThreads.class);
    private static final int CONTINUATIONS = 10;

    private final ExecutorServiceManager manager;
    private final ExecutorService thread;
    private final ScheduledExecutorService timers;
    private final ExecutorService workers;
    private final ExecutorService continuations;
    private final EventLoop loop;

    /**
     * @param manager makes the threads
     * @param source whose threads they are
     * @param queue names them
     */
    NodeThreads(ExecutorServiceManager manager, Object source, QueueName queue) {
        this.manager = manager;
        String name = "qbull-" + queue;
        this.thread = manager.newThreadPool(source, name + "-loop", profile(1));
        this.timers = manager.newScheduledThreadPool(source, name + "-timer", profile(1));
        this.workers = manager.newCachedThreadPool(source, name + "-job");
        this.continuations = manager.newThreadPool(source, name + "-enqueued", profile(CONTINUATIONS));
        this.loop = new ThreadEventLoop(
                thread, timers, failure -> LOG.error("queue={} a task of the event loop failed", queue, failure));
    }

    /** Camel's default profile queues a thousand tasks and then runs them in the caller: both are wrong for a loop. */
    private static ThreadPoolProfile profile(int threads) {
        ThreadPoolProfile profile = new ThreadPoolProfile();
        profile.setPoolSize(threads);
        profile.setMaxPoolSize(threads);
        profile.setKeepAliveTime(60L);
        profile.setTimeUnit(TimeUnit.SECONDS);
        profile.setAllowCoreThreadTimeOut(threads > 1);
        profile.setMaxQueueSize(Integer.MAX_VALUE);
        profile.setRejectedPolicy(ThreadPoolRejectedPolicy.Abort);
        return profile;
    }

    EventLoop loop() {
        return loop;
    }

    Executor workers() {
        return workers;
    }

    Executor continuations() {
        return continuations;
    }

    /** Interrupts jobs that have outlived the drain: another pod may run them by now. */
    @Override
    public void close() {
        manager.shutdownNow(workers);
        manager.shutdown(continuations);
        manager.shutdown(timers);
        manager.shutdown(thread);
    }
}
