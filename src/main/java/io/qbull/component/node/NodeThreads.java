package io.qbull.component.node;

import io.qbull.model.QueueName;
import io.qbull.runtime.EventLoop;
import io.qbull.runtime.LogLimit;
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
 * The threads of one node, from Camel's factories: an event loop, workers for the jobs, and continuations for exchanges whose enqueue
 * call was answered, because a route that continues must never block an event loop.
 */
public final class NodeThreads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeThreads.class);

    private final ExecutorServiceManager manager;
    private final ExecutorService thread;
    private final ScheduledExecutorService timers;
    private final ExecutorService workers;
    private final ExecutorService continuing;
    private final Continuations continuations;
    private final EventLoop loop;

    /**
     * @param manager makes the threads
     * @param source owns the threads
     * @param queue names the threads
     */
    public NodeThreads(ExecutorServiceManager manager, Object source, QueueName queue) {
        this.manager = manager;
        String name = "qbull-" + queue;
        this.thread = manager.newThreadPool(source, name + "-loop", single());
        this.timers = manager.newScheduledThreadPool(source, name + "-timer", single());
        this.workers = manager.newCachedThreadPool(source, name + "-job");
        this.continuing = manager.newCachedThreadPool(source, name + "-enqueued");
        LogLimit lines = new LogLimit();
        this.loop = new ThreadEventLoop(
                thread,
                timers,
                failure -> lines.log(
                        failure.toString(),
                        more -> LOG.error("queue={} a task of the event loop failed{}", queue, more, failure)));
        this.continuations = new Continuations(continuing, loop);
    }

    /** Camel's default profile queues a thousand tasks and then runs them in the caller; both are wrong for a loop. */
    private static ThreadPoolProfile single() {
        ThreadPoolProfile profile = new ThreadPoolProfile();
        profile.setPoolSize(1);
        profile.setMaxPoolSize(1);
        profile.setKeepAliveTime(60L);
        profile.setTimeUnit(TimeUnit.SECONDS);
        profile.setAllowCoreThreadTimeOut(false);
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

    /** Interrupts abandoned jobs: another pod may run them by now. */
    @Override
    public void close() {
        manager.shutdownNow(workers);
        manager.shutdown(continuing);
        continuations.close();
        // Its tasks serve no purpose now, and some are due in hours.
        manager.shutdownNow(timers);
        manager.shutdown(thread);
    }
}
