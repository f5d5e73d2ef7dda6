package io.qbull.component.node;

import io.qbull.config.RedisSettings;
import io.qbull.engine.QueueNode;
import io.qbull.runtime.EventLoop;

/** Opens nodes. Production has one; tests replace it. */
@FunctionalInterface
public interface NodeFactory {
    /**
     * @param identity which queue and which pod
     * @param redis where the data is
     * @param loop the node's own
     * @return a node that does not consume yet
     */
    QueueNode open(QueueNode.Identity identity, RedisSettings redis, EventLoop loop);
}
