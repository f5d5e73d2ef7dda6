package io.qbull.component.node;

import io.qbull.model.QueueName;
import io.qbull.runtime.EventLoop;
import io.qbull.runtime.LogLimit;
import io.qbull.runtime.ThreadEventLoop;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.camel.spi.ExecutorServiceManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of one node: an event loop on a thread that other nodes share, workers of its own for the jobs, and continuations for
 * exchanges whose enqueue call was answered, because a route that continues must never block an event loop. A node that only adds jobs has
 * no thread of its own.
 */
public final class NodeThreads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeThreads.class);

    private final ExecutorServiceManager manager;
    private final Object source;
    private final QueueName queue;
    private final Runnable release;
    private final ThreadEventLoop loop;
    private final Continuations continuations;
    /** Null until the node consumes. Guarded by this. */
    private @Nullable ExecutorService workers;

    /**
     * @param manager makes the workers
     * @param source owns them
     * @param queue names them
     * @param thread runs the event loop, and those of other nodes
     * @param timers times the event loop, and others
     * @param continuing continues exchanges, and those of other nodes
     * @param release runs at the close, after the last use of the shared threads
     */
    NodeThreads(
            ExecutorServiceManager manager,
            Object source,
            QueueName queue,
            Executor thread,
            ScheduledExecutorService timers,
            Executor continuing,
            Runnable release) {
        this.manager = manager;
        this.source = source;
        this.queue = queue;
        this.release = release;
        LogLimit lines = new LogLimit();
        this.loop = new ThreadEventLoop(
                thread,
                timers,
                failure -> lines.log(
                        failure.toString(),
                        more -> LOG.error("queue={} a task of the event loop failed{}", queue, more, failure)));
        this.continuations = new Continuations(continuing, loop);
    }

    EventLoop loop() {
        return loop;
    }

    synchronized Executor workers() {
        ExecutorService started = workers;
        if (started == null) {
            started = manager.newCachedThreadPool(source, "qbull-" + queue + "-job");
            workers = started;
        }
        return started;
    }

    Executor continuations() {
        return continuations;
    }

    /** Interrupts abandoned jobs: another pod may run them by now. */
    @Override
    public void close() {
        synchronized (this) {
            if (workers != null) {
                manager.shutdownNow(workers);
            }
        }
        continuations.close();
        loop.close();
        release.run();
    }
}
