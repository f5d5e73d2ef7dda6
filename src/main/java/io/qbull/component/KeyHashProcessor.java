package io.qbull.component;

import io.qbull.component.node.SharedNode;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.QueueName;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.support.AsyncProcessorSupport;
import org.jspecify.annotations.Nullable;

/**
 * Sets the header {@code CamelQbullPartition} to the partition that a job of this key goes to, so that a route can see it before it
 * sends. The header is advisory: the producer computes the partition itself and never reads it. While the layout of the queue is not
 * known, for instance because Redis is away, the header is absent.
 *
 * <p>If the body is a collection, an iterator or a stream, as the producer takes it for many jobs, each element gets a header of its own;
 * one that is no message becomes a message with the headers of the exchange. An element without a key gets none.
 *
 * <p>Declare it as {@code process: ref: "#class:io.qbull.component.KeyHashProcessor"} when the context has one queue, or as a
 * bean with properties. The layout of a queue is read once.
 */
public class KeyHashProcessor extends AsyncProcessorSupport {
    private @Nullable String queue;
    private @Nullable String key;
    private @Nullable Integer partitions;
    private KeyHash keyHash = KeyHash.XXH64;
    private volatile @Nullable JobKey jobKey;
    private volatile @Nullable Expression queueName;
    private final Map<String, Used> nodes = new ConcurrentHashMap<>();

    private record Used(QbullEndpoint endpoint, SharedNode node) {}

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        exchange.getMessage().removeHeader(QbullConstants.PARTITION);
        try {
            KeyHashBody.Telling telling = KeyHashBody.of(exchange, this::keyOf);
            Integer fixed = partitions;
            if (fixed != null) {
                telling.tell(keyHash, new Layout(1, fixed));
                callback.done(true);
                return true;
            }
            return processByLayout(exchange, callback, telling);
        } catch (RuntimeException e) {
            exchange.setException(e);
            callback.done(true);
            return true;
        }
    }

    private boolean processByLayout(Exchange exchange, AsyncCallback callback, KeyHashBody.Telling telling) {
        SharedNode used = node(exchange);
        KeyHash hash = used.keyHash();
        CompletionStage<Layout> layout = used.node().layout();
        CompletableFuture<Layout> now = layout.toCompletableFuture();
        if (now.isDone() && !now.isCompletedExceptionally()) {
            telling.tell(hash, now.join());
            callback.done(true);
            return true;
        }
        layout.whenComplete((known, failure) -> used.continueRoute(new Continuation(exchange, callback, () -> {
            if (known != null) {
                telling.tell(hash, known);
            }
        })));
        return false;
    }

    private String keyOf(Exchange exchange) {
        JobKey reader = jobKey;
        if (reader == null) {
            reader = new JobKey(exchange.getContext(), key, "KeyHashProcessor");
            jobKey = reader;
        }
        return reader.of(exchange);
    }

    private SharedNode node(Exchange exchange) {
        String name = queueOf(exchange);
        Used used = nodes.get(name);
        if (used != null) {
            return used.node();
        }
        lock.lock();
        try {
            used = nodes.get(name);
            if (used == null) {
                QbullEndpoint found = endpointOf(exchange.getContext(), name);
                used = new Used(found, found.getComponent().acquireNode(found));
                nodes.put(name, used);
            }
            return used.node();
        } finally {
            lock.unlock();
        }
    }

    /** Empty = the queue of the context. */
    private String queueOf(Exchange exchange) {
        if (queue == null) {
            return "";
        }
        Expression expression = queueName;
        if (expression == null) {
            CamelContext context = exchange.getContext();
            expression = context.resolveLanguage("simple").createExpression(queue);
            expression.init(context);
            queueName = expression;
        }
        return new QueueName(String.valueOf(expression.evaluate(exchange, String.class))).value();
    }

    private static QbullEndpoint endpointOf(CamelContext context, String queue) {
        List<QbullEndpoint> endpoints = context.getEndpoints().stream()
                .filter(QbullEndpoint.class::isInstance)
                .map(QbullEndpoint.class::cast)
                .filter(known -> queue.isEmpty() || known.getQueue().equals(queue))
                .toList();
        if (endpoints.isEmpty() && !queue.isEmpty()) {
            return context.getEndpoint("qbull:" + queue, QbullEndpoint.class);
        }
        if (endpoints.stream().map(QbullEndpoint::nodeKey).distinct().count() != 1) {
            throw new IllegalArgumentException("KeyHashProcessor needs the property queue (or partitions), because this"
                    + " context has not exactly one queue");
        }
        return endpoints.get(0);
    }

    @Override
    protected void doStop() throws Exception {
        for (Used used : nodes.values()) {
            used.endpoint().getComponent().releaseNode(used.node());
        }
        nodes.clear();
        super.doStop();
    }

    /** @return see the setter */
    public @Nullable String getQueue() {
        return queue;
    }

    /**
     * The queue whose layout counts; not needed when the context has one queue. May be an expression of the Simple language, provided
     * that no sender can choose its value freely: every queue that it names is opened.
     */
    public void setQueue(@Nullable String queue) {
        this.queue = queue;
    }

    /** @return see the setter */
    public @Nullable String getKey() {
        return key;
    }

    /** The key as an expression of the Simple language; default: the header CamelQbullKey. */
    public void setKey(@Nullable String key) {
        this.key = key;
    }

    /** @return see the setter */
    public @Nullable Integer getPartitions() {
        return partitions;
    }

    /** How many partitions to count with, instead of the layout of a queue. */
    public void setPartitions(@Nullable Integer partitions) {
        this.partitions = partitions;
    }

    /** @return see the setter */
    public KeyHash getKeyHash() {
        return keyHash;
    }

    /** How to count with {@code partitions}: xxh64 or qbull-python. A queue says this itself. */
    public void setKeyHash(KeyHash keyHash) {
        this.keyHash = keyHash;
    }
}
