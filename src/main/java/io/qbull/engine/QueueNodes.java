package io.qbull.engine;

import io.qbull.config.RedisSettings;
import io.qbull.partition.SuspectTurns;
import io.qbull.runtime.EventLoop;
import io.qbull.store.Store;
import io.qbull.store.redis.RedisStore;

/** Opens nodes. */
public final class QueueNodes {
    private QueueNodes() {}

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
