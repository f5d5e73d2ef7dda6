package io.qbull.store.redis.client;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.protocol.CommandType;
import io.qbull.store.redis.client.Request.Transmission;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One TCP connection to one server process. It never reconnects: when it is gone, it is gone with everything that was under
 * way. Thread-safe.
 */
public final class ServerConnection {
    private final StatefulRedisConnection<byte[], byte[]> connection;
    private final String server;
    private final String process;
    private final String suffix;
    private final boolean clustered;
    private final AtomicBoolean doubted = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * @param connection an open connection
     * @param server where it leads, for messages
     * @param process what tells this server process from any other
     * @param suffix what tells its times as a primary apart
     * @param clustered whether the server is a node of a cluster
     */
    ServerConnection(
            StatefulRedisConnection<byte[], byte[]> connection,
            String server,
            String process,
            String suffix,
            boolean clustered) {
        this.connection = connection;
        this.server = server;
        this.process = process;
        this.suffix = suffix;
        this.clustered = clustered;
    }

    /** What a lease that is granted over this link is bound to. */
    public String primary() {
        return process + suffix;
    }

    /** The server process, whatever its role was meanwhile. */
    String process() {
        return process;
    }

    public boolean clustered() {
        return clustered;
    }

    /**
     * @param request a command
     * @return the reply; fails with a {@link RedisCommandExecutionException} for an error reply, else with a
     *     {@link io.qbull.store.StoreException.Unavailable}
     */
    public CompletableFuture<Reply> send(Request request) {
        Transmission sent = request.transmission();
        CompletableFuture<Reply> result = receive(request, sent);
        dispatch(sent);
        return result;
    }

    /** As {@link #send}, on the node that a slot is just moving to. */
    CompletableFuture<Reply> sendAsking(Request request) {
        Transmission asking = Request.of(CommandType.ASKING).transmission();
        Transmission sent = request.transmission();
        CompletableFuture<Reply> result = receive(request, sent);
        try {
            connection.dispatch(List.of(asking, sent));
        } catch (RuntimeException e) {
            sent.completeExceptionally(e);
        }
        return result;
    }

    /** Ends the connection; what is under way fails. Does not block; may be called again. */
    void close() {
        if (closed.compareAndSet(false, true)) {
            Futures.ignore(connection.closeAsync());
        }
    }

    /** Runs {@code task} when the connection is gone, at once if it is gone already; perhaps more than once. */
    void whenGone(Runnable task) {
        connection.addListener(new RedisConnectionStateListener() {
            @Override
            public void onRedisDisconnected(RedisChannelHandler<?, ?> gone) {
                task.run();
            }
        });
        if (!connection.isOpen()) {
            task.run();
        }
    }

    private void dispatch(Transmission transmission) {
        try {
            connection.dispatch(transmission);
        } catch (RuntimeException e) {
            transmission.completeExceptionally(e);
        }
    }

    private CompletableFuture<Reply> receive(Request request, Transmission transmission) {
        CompletableFuture<Reply> result = new CompletableFuture<>();
        Futures.end(transmission, (items, error) -> {
            if (error == null) {
                result.complete(new Reply(request.type().name(), items));
            } else if (error instanceof RedisCommandExecutionException) {
                result.completeExceptionally(error);
            } else {
                if (error instanceof RedisCommandTimeoutException) {
                    doubt();
                }
                result.completeExceptionally(RedisErrors.of(error, transmission.encoded(), "Redis at " + server));
            }
        });
        return result;
    }

    /**
     * After a missing reply: a server that is only slow answers a PING too, in its turn. Without an answer the connection may
     * lead nowhere, so it is given up and a new one tells.
     */
    private void doubt() {
        if (!doubted.compareAndSet(false, true)) {
            return;
        }
        Transmission ping = Request.of(CommandType.PING).transmission();
        Futures.end(ping, (pong, error) -> {
            if (error == null || error instanceof RedisCommandExecutionException) {
                doubted.set(false);
            } else {
                close();
            }
        });
        dispatch(ping);
    }
}
