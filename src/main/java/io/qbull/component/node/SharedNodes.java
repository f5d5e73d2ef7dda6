package io.qbull.component.node;

import io.qbull.model.QueueName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * The open nodes of a component. Producers and consumers acquire one when they start and release it when they stop, on the threads that
 * start and stop routes.
 */
public final class SharedNodes {
    private final NodeFactory factory;
    // Held while a node closes: its next user must wait until the old node is gone.
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<NodeKey, SharedNode> open = new HashMap<>();

    /**
     * @param factory opens the nodes
     */
    public SharedNodes(NodeFactory factory) {
        this.factory = factory;
    }

    /**
     * @param request of the user that starts
     * @param all the requests of all endpoints: they exist before the first of them starts, so the first to start can check them all
     * @param threads makes the threads of a node that is opened
     * @return the node, opened if this is its first user
     * @throws IllegalArgumentException if the endpoints of the queue contradict each other
     */
    public SharedNode acquire(NodeRequest request, List<NodeRequest> all, Function<QueueName, NodeThreads> threads) {
        lock.lock();
        try {
            List<NodeRequest> siblings = request.withSiblings(all);
            var identity = request.identity(siblings);
            SharedNode node = open.get(request.key());
            if (node == null) {
                node = SharedNode.open(factory, request.key(), identity, NodeRequest.shortestLease(siblings), threads);
                open.put(request.key(), node);
            } else {
                node.refuseOther(identity);
            }
            node.users++;
            return node;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Closes the node if this was its last user; blocks until it is closed.
     *
     * @param node from {@link #acquire}
     */
    public void release(SharedNode node) {
        lock.lock();
        try {
            node.users--;
            if (node.users == 0 && open.remove(node.key(), node)) {
                node.close();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Closes all nodes, even if they are used; blocks until they are closed. */
    public void close() {
        lock.lock();
        try {
            open.values().forEach(SharedNode::close);
            open.clear();
        } finally {
            lock.unlock();
        }
    }

    /**
     * @return the nodes that are open now
     */
    public List<SharedNode> snapshot() {
        lock.lock();
        try {
            return List.copyOf(open.values());
        } finally {
            lock.unlock();
        }
    }
}
