package io.qbull.store.redis.client;

import io.lettuce.core.RedisURI;
import io.qbull.store.StoreException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One server, or the master behind sentinels. Keeps one connection to it open and reconnects with growing pauses. Failures are
 * logged at debug level only, because the callers whose commands fail report them. Thread-safe.
 */
public final class ServerNode {
    private static final Logger LOG = LoggerFactory.getLogger(ServerNode.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

    private final Connector connector;
    private final RedisURI uri;
    private final Listener listener;
    // Guarded by this. No callback runs under the lock.
    private @Nullable ServerConnection connection;
    private @Nullable CompletableFuture<ServerConnection> attempt;
    private @Nullable StoreException failure;
    private @Nullable String lastPrimary;
    private Duration pause = FIRST_PAUSE;
    private int demotions;
    private boolean closed;

    /** Is told what becomes of a server. Runs on a thread of the client and must not block. */
    interface Listener {
        /**
         * Another process answers now, or the same process was no primary for a while.
         *
         * @param old the primary to which earlier leases are bound
         */
        void primaryChanged(String old);

        /** A connection was lost or could not be opened. */
        void unreachable();
    }

    ServerNode(Connector connector, RedisURI uri, Listener listener) {
        this.connector = connector;
        this.uri = uri;
        this.listener = listener;
    }

    RedisURI uri() {
        return uri;
    }

    /** Host and port, or the name of the master, for messages. */
    public String name() {
        return Uris.name(uri);
    }

    /**
     * @return the connection; while one is being opened, the result of that attempt; else the failure of the last attempt
     */
    synchronized CompletionStage<ServerConnection> connection() {
        if (connection != null) {
            return CompletableFuture.completedStage(connection);
        }
        if (attempt != null) {
            return attempt;
        }
        if (failure == null) {
            return RedisErrors.failed(RedisErrors.unavailable("Redis at " + name() + " is away: no connection yet"));
        }
        return RedisErrors.failed(failure);
    }

    /** Whether {@link #close} was called; no connection is opened any more. */
    synchronized boolean closed() {
        return closed;
    }

    /** Starts to connect, unless that has happened. Does not block. */
    void start() {
        CompletableFuture<ServerConnection> current = new CompletableFuture<>();
        String suffix;
        synchronized (this) {
            if (closed || connection != null || attempt != null) {
                return;
            }
            attempt = current;
            suffix = demotions == 0 ? "" : "+" + demotions;
        }
        Futures.whenDone(connector.open(uri, suffix), (opened, error) -> {
            if (error == null) {
                succeeded(current, opened);
            } else {
                failed(current, RedisErrors.ofConnect(error, name()));
            }
        });
    }

    /**
     * Reports that the server behind a connection is no longer a primary. Its leases are void even if it becomes a primary again.
     */
    void demoted(ServerConnection suspect) {
        synchronized (this) {
            if (connection != suspect) {
                return;
            }
            demotions++;
        }
        gone(suspect);
        suspect.close();
    }

    /** Closes the connection for good. Does not block. */
    void close() {
        ServerConnection open;
        synchronized (this) {
            closed = true;
            failure = RedisErrors.unavailable("the connections to Redis are closed");
            open = connection;
            connection = null;
        }
        if (open != null) {
            open.close();
        }
    }

    private void succeeded(CompletableFuture<ServerConnection> current, ServerConnection opened) {
        boolean late;
        @Nullable String old;
        boolean recovered;
        synchronized (this) {
            late = closed;
            old = lastPrimary;
            recovered = failure != null;
            attempt = null;
            if (!late) {
                connection = opened;
                lastPrimary = opened.primary();
                failure = null;
                pause = FIRST_PAUSE;
            }
        }
        if (late) {
            opened.close();
            current.completeExceptionally(RedisErrors.unavailable("the connections to Redis are closed"));
            return;
        }
        if (recovered) {
            LOG.debug("Redis at {} answers again", name());
        }
        reportChange(old, opened.primary());
        current.complete(opened);
        opened.whenGone(() -> gone(opened));
    }

    private void reportChange(@Nullable String old, String primary) {
        if (old != null && !old.equals(primary)) {
            LOG.debug("Redis at {} is another process or was demoted meanwhile: its leases are void", name());
            listener.primaryChanged(old);
        }
    }

    private void failed(CompletableFuture<ServerConnection> current, StoreException error) {
        boolean first;
        Duration wait;
        boolean over;
        synchronized (this) {
            over = closed;
            first = failure == null && !over;
            if (!over) {
                failure = error;
            }
            attempt = null;
            wait = pause;
            pause = Backoff.next(pause, LONGEST_PAUSE);
        }
        current.completeExceptionally(error);
        if (over) {
            return;
        }
        if (first) {
            LOG.debug("Redis at {} cannot be used, reconnecting: {}", name(), error.getMessage());
        }
        connector.schedule(wait, this::start);
        listener.unreachable();
    }

    private void gone(ServerConnection which) {
        synchronized (this) {
            if (closed || connection != which) {
                return;
            }
            connection = null;
            failure = RedisErrors.unavailable("Redis at " + name() + " is away: the connection was lost");
        }
        which.close();
        LOG.debug("The connection to Redis at {} was lost, reconnecting", name());
        start();
        listener.unreachable();
    }
}
