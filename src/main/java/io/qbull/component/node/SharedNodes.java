package io.qbull.component;

import io.qbull.engine.QueueNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The open nodes of a component. Producers and consumers take one when they start and give it back when they stop; called
 * on the threads that start and stop routes.
 */
final class SharedNodes {
    private final NodeFactory factory;
    // Held while a node closes: whoever wants it again must wait for the end of the old one.
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<NodeKey, SharedNode> open = new HashMap<>();

    SharedNodes(NodeFactory factory) {
        this.factory = factory;
    }

    /**
     * @param endpoint of the user that starts
     * @return the node, opened if this is its first user
     * @throws IllegalArgumentException if the endpoints of the queue contradict each other
     */
    SharedNode acquire(QbullEndpoint endpoint) {
        NodeKey key = endpoint.nodeKey();
        lock.lock();
        try {
            List<QbullConfiguration> said = siblings(endpoint, key);
            Integer partitions = partitions(key, said);
            QueueNode.Identity identity = new QueueNode.Identity(
                    key.queue(),
                    key.pod(),
                    endpoint.getConfiguration().getKeyHash(),
                    partitions == null ? QbullSettings.DEFAULT_PARTITIONS : partitions,
                    partitions != null);
            SharedNode node = open.get(key);
            if (node == null) {
                node = SharedNode.open(endpoint, factory, key, identity, shortestLease(said));
                open.put(key, node);
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
     * Closes the node when nobody uses it any more; blocks until it is closed.
     *
     * @param node from {@link #acquire}
     */
    void release(SharedNode node) {
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

    /** Closes all nodes, whoever uses them. */
    void close() {
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
    List<SharedNode> snapshot() {
        lock.lock();
        try {
            return List.copyOf(open.values());
        } finally {
            lock.unlock();
        }
    }

    /** All endpoints exist before the first of them starts, so the first to start can judge for all. */
    private static List<QbullConfiguration> siblings(QbullEndpoint endpoint, NodeKey key) {
        Stream<QbullConfiguration> others = endpoint.getCamelContext().getEndpoints().stream()
                .filter(QbullEndpoint.class::isInstance)
                .map(QbullEndpoint.class::cast)
                .filter(other -> other.getComponent() == endpoint.getComponent())
                .filter(other -> other.nodeKey().equals(key))
                .map(QbullEndpoint::getConfiguration);
        return Stream.concat(Stream.of(endpoint.getConfiguration()), others).toList();
    }

    /** What the endpoints say; null if none says anything. */
    private static @Nullable Integer partitions(NodeKey key, List<QbullConfiguration> said) {
        List<Integer> different = said.stream()
                .map(QbullConfiguration::getPartitions)
                .filter(Objects::nonNull)
                .distinct()
                .sorted()
                .toList();
        if (different.size() > 1) {
            throw new IllegalArgumentException("partitions " + different + " of " + key
                    + ": the endpoints of a queue must say the same number, or only one of them any");
        }
        return different.isEmpty() ? null : different.get(0);
    }

    private static Duration shortestLease(List<QbullConfiguration> said) {
        return said.stream()
                .map(QbullConfiguration::getLeaseTtl)
                .min(Duration::compareTo)
                .orElseThrow();
    }
}
