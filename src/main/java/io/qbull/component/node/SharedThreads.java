package io.qbull.component.node;

import io.qbull.model.QueueName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.spi.ExecutorServiceManager;
import org.apache.camel.spi.ThreadPoolProfile;
import org.apache.camel.util.concurrent.ThreadPoolRejectedPolicy;
import org.jspecify.annotations.Nullable;

/**
 * The threads that the nodes of one component share, from Camel's factories: a few threads for event loops, one for timers, and those on
 * which exchanges continue. A node stays on one thread for its whole life, so that its event loop needs no locks. The threads exist from
 * the first node to the last. Thread-safe.
 */
public final class SharedThreads {
    /** A loop handles several hundred thousand jobs a second, so a few serve any number of queues. */
    static final int LOOPS = Math.max(2, Math.min(4, Runtime.getRuntime().availableProcessors()));

    /** Guarded by this. */
    private @Nullable Pools pools;

    /** The thread of some event loops. */
    private static final class LoopThread {
        private final ExecutorService executor;
        private int nodes;

        LoopThread(ExecutorService executor) {
            this.executor = executor;
        }
    }

    /** All threads of one span from the first node to the last. */
    private static final class Pools {
        private final ExecutorServiceManager manager;
        private final Object source;
        private final ScheduledExecutorService timers;
        private final ExecutorService continuing;
        private final List<LoopThread> loops = new ArrayList<>();
        private int nodes;

        Pools(ExecutorServiceManager manager, Object source) {
            this.manager = manager;
            this.source = source;
            this.timers = manager.newScheduledThreadPool(source, "qbull-timer", single());
            this.continuing = manager.newCachedThreadPool(source, "qbull-enqueued");
        }

        LoopThread leastUsed() {
            LoopThread least = loops.stream()
                    .min(Comparator.comparingInt(each -> each.nodes))
                    .orElse(null);
            if (least == null || (least.nodes > 0 && loops.size() < LOOPS)) {
                least = new LoopThread(manager.newThreadPool(source, "qbull-loop", single()));
                loops.add(least);
            }
            return least;
        }

        void close() {
            manager.shutdown(continuing);
            // Its tasks serve no purpose now, and some are due in hours.
            manager.shutdownNow(timers);
            loops.forEach(each -> manager.shutdown(each.executor));
        }
    }

    /**
     * @param manager makes the threads
     * @param source owns the threads
     * @param queue of the node
     * @return the threads of a node; closing them ends its use of the shared ones
     */
    public synchronized NodeThreads acquire(ExecutorServiceManager manager, Object source, QueueName queue) {
        Pools used = pools;
        if (used == null) {
            used = new Pools(manager, source);
            pools = used;
        }
        LoopThread loop = used.leastUsed();
        loop.nodes++;
        used.nodes++;
        return new NodeThreads(
                manager, source, queue, loop.executor, used.timers, used.continuing, () -> release(loop));
    }

    private synchronized void release(LoopThread loop) {
        Pools used = pools;
        loop.nodes--;
        if (used != null) {
            used.nodes--;
            if (used.nodes == 0) {
                pools = null;
                used.close();
            }
        }
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
}
