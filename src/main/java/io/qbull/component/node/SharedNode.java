package io.qbull.component;

import io.qbull.engine.QueueNode;
import io.qbull.model.KeyHash;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A node with its threads and its users. The number of users is guarded by the lock of {@link SharedNodes}. */
final class SharedNode {
    int users;
    private final NodeKey key;
    private final QueueNode.Identity identity;
    private final Duration shortestLease;
    private final NodeThreads threads;
    private final QueueNode node;
    private final AtomicReference<@Nullable String> consumerRoute = new AtomicReference<>();

    private SharedNode(
            NodeKey key, QueueNode.Identity identity, Duration shortestLease, NodeThreads threads, QueueNode node) {
        this.key = key;
        this.identity = identity;
        this.shortestLease = shortestLease;
        this.threads = threads;
        this.node = node;
    }

    static SharedNode open(
            QbullEndpoint endpoint,
            NodeFactory factory,
            NodeKey key,
            QueueNode.Identity identity,
            Duration shortestLease) {
        NodeThreads threads = new NodeThreads(
                endpoint.getCamelContext().getExecutorServiceManager(), endpoint.getComponent(), key.queue());
        try {
            QueueNode node = factory.open(identity, QbullSettings.redis(key.redisUri(), shortestLease), threads.loop());
            return new SharedNode(key, identity, shortestLease, threads, node);
        } catch (RuntimeException | Error e) {
            threads.close();
            throw e;
        }
    }

    NodeKey key() {
        return key;
    }

    QueueNode node() {
        return node;
    }

    /**
     * @return runs jobs
     */
    Executor workers() {
        return threads.workers();
    }

    KeyHash keyHash() {
        return identity.keyHash();
    }

    /**
     * Leaves the thread of the node, which must not be blocked, before a route goes on.
     *
     * @param rest of the work for an exchange
     */
    void continueRoute(Runnable rest) {
        try {
            threads.continuations().execute(rest);
        } catch (RejectedExecutionException e) {
            // Stopping: whoever waits for this exchange must be answered all the same.
            rest.run();
        }
    }

    /**
     * @return the route that consumes, if one does
     */
    @Nullable
    String consumerRoute() {
        return consumerRoute.get();
    }

    /**
     * @param other what another endpoint of this queue wants
     * @throws IllegalArgumentException if it differs from what the node was opened with
     */
    void refuseOther(QueueNode.Identity other) {
        refuseOther("partitions", identity.partitions(), other.partitions());
        refuseOther("keyHash", spelt(identity.keyHash()), spelt(other.keyHash()));
    }

    private void refuseOther(String option, Object ours, Object theirs) {
        if (!ours.equals(theirs)) {
            throw new IllegalArgumentException(option + " (" + theirs + ") must be " + ours + ", with which " + key
                    + " runs in this context already");
        }
    }

    /** As it stands in an endpoint's URI. */
    private static String spelt(KeyHash keyHash) {
        return keyHash.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * @param route that wants to consume
     * @param leaseTtl its leases
     * @throws IllegalStateException if another route does
     * @throws IllegalArgumentException if the leases are too short for the timeouts with which the node was opened
     */
    void claim(String route, Duration leaseTtl) {
        if (leaseTtl.compareTo(shortestLease) < 0) {
            throw new IllegalArgumentException("leaseTtl (" + leaseTtl + ") must be at least " + shortestLease
                    + ", for which " + key + " was opened in this context: set it for the component");
        }
        if (!consumerRoute.compareAndSet(null, route)) {
            throw new IllegalStateException(key + " has a consumer in this context already, in route "
                    + consumerRoute.get() + ": one route consumes a queue; partitionsPerPod makes it take more");
        }
    }

    void unclaim() {
        consumerRoute.set(null);
    }

    /** Blocks until the node is closed. */
    void close() {
        try {
            node.close();
        } finally {
            threads.close();
        }
    }
}
