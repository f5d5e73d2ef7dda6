package io.qbull.component.node;

import io.qbull.config.RedisSettings;
import io.qbull.engine.QueueNode;
import io.qbull.model.KeyHash;
import io.qbull.model.QueueName;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A node with its threads and its users. Thread-safe. */
public final class SharedNode {
    /** Stands for a route where a queue is polled. */
    private static final String POLLED = "(polled)";

    /** Guarded by the lock of {@link SharedNodes}. */
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
            NodeFactory factory,
            NodeKey key,
            QueueNode.Identity identity,
            Duration shortestLease,
            Function<QueueName, NodeThreads> source) {
        NodeThreads threads = source.apply(key.queue());
        try {
            RedisSettings redis = RedisSettings.forLeases(key.redisUri(), shortestLease);
            return new SharedNode(key, identity, shortestLease, threads, factory.open(identity, redis, threads.loop()));
        } catch (RuntimeException | Error e) {
            threads.close();
            throw e;
        }
    }

    /**
     * @return what its users have in common
     */
    public NodeKey key() {
        return key;
    }

    /**
     * @return the node
     */
    public QueueNode node() {
        return node;
    }

    /**
     * @return runs jobs
     */
    public Executor workers() {
        return threads.workers();
    }

    /**
     * @return how keys map to partitions
     */
    public KeyHash keyHash() {
        return identity.keyHash();
    }

    /**
     * Continues a route on another thread, because the node's own must not block. Rejects nothing.
     *
     * @param rest of the work for an exchange
     */
    public void continueRoute(Runnable rest) {
        threads.continuations().execute(rest);
    }

    /**
     * @return the route that consumes, or {@code (polled)}; null if none does
     */
    public @Nullable String consumerRoute() {
        return consumerRoute.get();
    }

    /**
     * @param other needed by another endpoint of this queue
     * @throws IllegalArgumentException if it differs from the identity that the node was opened with
     */
    void refuseOther(QueueNode.Identity other) {
        refuseOther("partitions", identity.partitions(), other.partitions());
        refuseOther("keyHash", identity.keyHash().text(), other.keyHash().text());
    }

    private void refuseOther(String option, Object ours, Object theirs) {
        if (!ours.equals(theirs)) {
            throw new IllegalArgumentException(option + " (" + theirs + ") must be " + ours + ", with which " + key
                    + " runs in this context already");
        }
    }

    /**
     * Makes a route the only consumer of this node.
     *
     * @param route its id
     * @param leaseTtl of its leases
     * @throws IllegalStateException if another route consumes
     * @throws IllegalArgumentException if the leases are too short for the timeouts with which the node was opened
     */
    public void claim(String route, Duration leaseTtl) {
        if (leaseTtl.compareTo(shortestLease) < 0) {
            throw new IllegalArgumentException("leaseTtl (" + leaseTtl + ") must be at least " + shortestLease
                    + ", for which " + key + " was opened in this context: set it for the component");
        }
        if (!consumerRoute.compareAndSet(null, route)) {
            String other = consumerRoute.get();
            throw new IllegalStateException(key + " has a consumer in this context already, "
                    + (POLLED.equals(other) ? "a polling one; " : "in route " + other + "; ")
                    + (POLLED.equals(route) ? "nobody can poll it" : "route " + route + " cannot be another")
                    + ": one route consumes a queue; partitionsPerPod makes it take more");
        }
    }

    /**
     * Makes those who poll the only consumers of this node, as {@link #claim} does for a route.
     *
     * @param leaseTtl of the leases
     */
    public void claimForPolling(Duration leaseTtl) {
        claim(POLLED, leaseTtl);
    }

    /** Ends {@link #claim}. */
    public void unclaim() {
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
