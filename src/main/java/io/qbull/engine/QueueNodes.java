package io.qbull.engine;

import io.qbull.runtime.EventLoop;
import io.qbull.store.Store;

/** Makes nodes. */
public final class QueueNodes {
    private QueueNodes() {}

    /**
     * @param identity which queue and which pod
     * @param store an open store, used by this node alone; closed with it
     * @param loop runs the node's own work; used by this node alone, shut down after it
     * @return a node that adds jobs and does not yet consume
     */
    public static QueueNode open(QueueNode.Identity identity, Store store, EventLoop loop) {
        return new Node(identity, store, loop);
    }
}
