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
 * One server, or the master behind sentinels: keeps a link to it up. Its users hear of trouble by their commands and say so; this
 * only helps to find out more. Thread-safe.
 */
public final class ServerNode {
    private static final Logger LOG = LoggerFactory.getLogger(ServerNode.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

    private final Connector connector;
    private final RedisURI uri;
    private final Listener listener;
    // Guarded by this. No callback runs under the lock.
    private @Nullable ServerConnection link;
    private @Nullable CompletableFuture<ServerConnection> attempt;
    private @Nullable StoreException failure;
    private @Nullable String lastPrimary;
    private Duration pause = FIRST_PAUSE;
    private int demotions;
    private boolean closed;

    /** Hears of a node's fate, on a thread of the client. */
    interface Listener {
        /**
         * Another process answers at this node, or the same one after it was no primary for a while.
         *
         * @param old what leases of before are bound to
         */
        void primaryChanged(String old);

        /** A connection was lost or could not be made. */
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

    public String name() {
        return Uris.name(uri);
    }

    /**
     * @return the link, that of the attempt to connect which is under way, or the failure of the last one
     */
    synchronized CompletionStage<ServerConnection> link() {
        if (link != null) {
            return CompletableFuture.completedStage(link);
        }
        if (attempt != null) {
            return attempt;
        }
        if (failure == null) {
            return RedisErrors.failed(RedisErrors.unavailable("Redis at " + name() + " is away: no connection yet"));
        }
        return RedisErrors.failed(failure);
    }

    /** Whether {@link #close} was called: there is no way to its server through this any more. */
    synchronized boolean closed() {
        return closed;
    }

    /** Begins to connect, unless that was done. */
    void start() {
        CompletableFuture<ServerConnection> mine = new CompletableFuture<>();
        String suffix;
        synchronized (this) {
            if (closed || link != null || attempt != null) {
                return;
            }
            attempt = mine;
            suffix = demotions == 0 ? "" : "+" + demotions;
        }
        Futures.end(connector.open(uri, suffix), (opened, error) -> {
            if (error == null) {
                succeeded(mine, opened);
            } else {
                failed(mine, RedisErrors.ofConnect(error, name()));
            }
        });
    }

    /** The server behind {@code suspect} is no primary any more: what it granted is void, even if it becomes one again. */
    void demoted(ServerConnection suspect) {
        synchronized (this) {
            if (link != suspect) {
                return;
            }
            demotions++;
        }
        gone(suspect);
        suspect.close();
    }

    /** Ends the link; none follows. */
    void close() {
        ServerConnection open;
        synchronized (this) {
            closed = true;
            failure = RedisErrors.unavailable("the connections to Redis are closed");
            open = link;
            link = null;
        }
        if (open != null) {
            open.close();
        }
    }

    private void succeeded(CompletableFuture<ServerConnection> mine, ServerConnection opened) {
        boolean late;
        String old;
        boolean recovered;
        synchronized (this) {
            late = closed;
            old = lastPrimary;
            recovered = failure != null;
            attempt = null;
            if (!late) {
                link = opened;
                lastPrimary = opened.primary();
                failure = null;
                pause = FIRST_PAUSE;
            }
        }
        if (late) {
            opened.close();
            mine.completeExceptionally(RedisErrors.unavailable("the connections to Redis are closed"));
            return;
        }
        if (recovered) {
            LOG.debug("Redis at {} answers again", name());
        }
        if (old != null && !old.equals(opened.primary())) {
            LOG.debug("Redis at {} is another process, or was no primary for a while: its leases are void", name());
            listener.primaryChanged(old);
        }
        mine.complete(opened);
        opened.whenGone(() -> gone(opened));
    }

    private void failed(CompletableFuture<ServerConnection> mine, StoreException error) {
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
            Duration doubled = pause.multipliedBy(2);
            pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
        }
        mine.completeExceptionally(error);
        if (over) {
            return;
        }
        if (first) {
            LOG.debug("Redis at {} cannot be used, trying on: {}", name(), error.getMessage());
        }
        connector.schedule(wait, this::start);
        listener.unreachable();
    }

    private void gone(ServerConnection which) {
        synchronized (this) {
            if (closed || link != which) {
                return;
            }
            link = null;
            failure = RedisErrors.unavailable("Redis at " + name() + " is away: the connection was lost");
        }
        which.close();
        LOG.debug("The connection to Redis at {} was lost, reconnecting", name());
        start();
        listener.unreachable();
    }
}
