package io.qbull.component;

import io.qbull.config.RedisSettings;
import io.qbull.engine.QueueNode;
import io.qbull.runtime.EventLoop;

/** Opens a node. There is one in production; tests put another in its place. */
@FunctionalInterface
interface NodeFactory {
    /**
     * @param identity which queue and which pod
     * @param redis where the data is
     * @param loop of this node alone
     * @return a node that does not yet consume
     */
    QueueNode open(QueueNode.Identity identity, RedisSettings redis, EventLoop loop);
}
