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
 * One TCP connection to one server process. It never reconnects: when it is lost, everything under way on it fails. Thread-safe;
 * futures complete on a thread of the client.
 */
public final class ServerConnection {
    private final StatefulRedisConnection<byte[], byte[]> connection;
    private final String server;
    private final String process;
    private final String suffix;
    private final boolean clustered;
    private final AtomicBoolean probing = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * @param connection an open connection
     * @param server host and port, for messages
     * @param process run id of the server process
     * @param suffix differs after each demotion of the process; empty before the first one
     * @param clustered whether the server belongs to a cluster
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

    /**
     * @param times how often servers at this address have ceased to be primaries so far
     * @return the same connection; leases granted over it differ from those granted before
     */
    ServerConnection demotedBefore(int times) {
        return times == 0 ? this : new ServerConnection(connection, server, process, "+" + times, clustered);
    }

    /** The primary to which a lease granted over this connection is bound; see {@link io.qbull.model.Lease#primary}. */
    public String primary() {
        return process + suffix;
    }

    /** The run id of the server process, whatever its role. */
    String process() {
        return process;
    }

    /** Whether the server belongs to a cluster. */
    public boolean clustered() {
        return clustered;
    }

    /**
     * Sends a command. Does not block.
     *
     * @param request the command
     * @return the reply; fails with a {@link RedisCommandExecutionException} for an error reply, else with a
     *     {@link io.qbull.store.StoreException.Unavailable}
     */
    public CompletableFuture<Reply> send(Request request) {
        Transmission sent = request.transmission();
        CompletableFuture<Reply> result = receive(request, sent);
        dispatch(sent);
        return result;
    }

    /** As {@link #send}, to a server that is still importing the slot. */
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

    /** Closes the connection; commands under way fail. Does not block; may be called again. */
    void close() {
        if (closed.compareAndSet(false, true)) {
            Futures.ignore(connection.closeAsync());
        }
    }

    /** Runs {@code task} when the connection is lost, at once if it is lost already; perhaps more than once. */
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
        Futures.whenDone(transmission, result, (items, error) -> {
            if (error == null) {
                result.complete(new Reply(request.type().name(), items));
            } else if (error instanceof RedisCommandExecutionException) {
                result.completeExceptionally(error);
            } else {
                if (error instanceof RedisCommandTimeoutException) {
                    probe();
                }
                result.completeExceptionally(RedisErrors.of(error, transmission.encoded(), "Redis at " + server));
            }
        });
        return result;
    }

    /**
     * Sends a PING after a reply that did not come in time. A server that is merely slow answers it. Without an answer the
     * connection may lead nowhere, so it is closed, and a new attempt to connect shows.
     */
    private void probe() {
        if (!probing.compareAndSet(false, true)) {
            return;
        }
        Transmission ping = Request.of(CommandType.PING).transmission();
        Futures.whenDone(ping, (pong, error) -> {
            if (error == null || error instanceof RedisCommandExecutionException) {
                probing.set(false);
            } else {
                close();
            }
        });
        dispatch(ping);
    }
}
