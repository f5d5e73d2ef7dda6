package io.qbull.component.node;

import io.qbull.engine.QueueNode;
import io.qbull.model.KeyHash;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one endpoint needs of its node.
 *
 * @param key which node
 * @param keyHash how keys map to partitions
 * @param partitions P for a queue that does not exist yet; null if the endpoint does not say
 * @param leaseTtl of the endpoint's leases
 */
public record NodeRequest(
        NodeKey key, KeyHash keyHash, @Nullable Integer partitions, Duration leaseTtl) {
    /** P of a queue if no endpoint says how many partitions it gets. */
    private static final int DEFAULT_PARTITIONS = 16;

    /**
     * @param all the requests of all endpoints
     * @return those for the same node, this one included
     */
    List<NodeRequest> withSiblings(List<NodeRequest> all) {
        return Stream.concat(Stream.of(this), all.stream().filter(other -> other.key.equals(key)))
                .toList();
    }

    /**
     * @param siblings requests for the same node
     * @return the node's identity
     * @throws IllegalArgumentException if the siblings contradict each other
     */
    QueueNode.Identity identity(List<NodeRequest> siblings) {
        List<Integer> given = siblings.stream()
                .map(NodeRequest::partitions)
                .filter(Objects::nonNull)
                .distinct()
                .sorted()
                .toList();
        if (given.size() > 1) {
            throw new IllegalArgumentException("partitions " + given + " of " + key
                    + ": the endpoints of a queue must say the same number, or only one of them any");
        }
        int count = given.isEmpty() ? DEFAULT_PARTITIONS : given.get(0);
        return new QueueNode.Identity(key.queue(), key.pod(), keyHash, count, !given.isEmpty());
    }

    /**
     * @param siblings requests for one node, at least one
     * @return their shortest lease
     */
    static Duration shortestLease(List<NodeRequest> siblings) {
        return siblings.stream()
                .map(NodeRequest::leaseTtl)
                .min(Duration::compareTo)
                .orElseThrow();
    }
}
