package io.qbull.engine;

import io.qbull.config.RedisSettings;
import io.qbull.partition.FetchBudget;
import io.qbull.partition.SuspectTurns;
import io.qbull.runtime.EventLoop;
import io.qbull.store.Store;
import io.qbull.store.redis.RedisStore;

/** Opens nodes. */
public final class QueueNodes {
    private QueueNodes() {}

    /**
     * Limits the memory for jobs that are read and not done, of all nodes of the process; without a limit it is a quarter of the heap,
     * with several the smallest counts. What was read before stays.
     *
     * @param bytes 1 or more
     * @return ends the limit; may be run again
     * @throws IllegalArgumentException if it is less
     */
    public static Runnable limitPrefetchMemory(long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("prefetchMemory (" + bytes + ") must be at least 1");
        }
        return FetchBudget.ofProcess().limit(bytes)::close;
    }

    /**
     * @return bytes for jobs that are read and not done, of all nodes of the process
     */
    public static long prefetchMemory() {
        return FetchBudget.ofProcess().all();
    }

    /**
     * @param redis where the data is
     * @throws IllegalArgumentException if the address of Redis breaks its rule, as when a node is opened; the message does not quote it
     */
    public static void check(RedisSettings redis) {
        RedisStore.check(redis);
    }

    /**
     * Returns at once, even while Redis is away.
     *
     * @param identity which queue and which pod
     * @param redis where the data is; the nodes of the process share their connections
     * @param loop runs the node's own work; used by this node alone, closed after it
     * @return a node that adds jobs and does not yet consume
     * @throws IllegalArgumentException if the address of Redis breaks its rule
     */
    public static QueueNode open(QueueNode.Identity identity, RedisSettings redis, EventLoop loop) {
        return open(identity, RedisStore.open(redis), loop, SuspectTurns.ofProcess());
    }

    /**
     * @param identity which queue and which pod
     * @param store an open store, used by this node alone; closed with it
     * @param loop runs the node's own work; used by this node alone, closed after it
     * @param turns in which the crash suspects of all nodes that are to be seen as one process start
     * @return a node that adds jobs and does not yet consume
     */
    public static QueueNode open(QueueNode.Identity identity, Store store, EventLoop loop, SuspectTurns turns) {
        return new StoreQueueNode(identity, store, loop, turns);
    }
}
