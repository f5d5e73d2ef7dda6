package io.qbull.store.redis.client;

import io.lettuce.core.RedisURI;
import io.qbull.store.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One server, or the master behind sentinels. Keeps a connection to it open for each kind of {@link Traffic} that has been used, and
 * reconnects with growing pauses. All of them lead to one process: when one finds another process, those that lead to a former one are
 * replaced too. So a lease that was granted over one connection is good on the others. Failures are logged at debug level only, because
 * the callers whose commands fail report them. Thread-safe.
 */
public final class ServerNode {
    private static final Logger LOG = LoggerFactory.getLogger(ServerNode.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);
    private static final String CLOSED = "the connections to Redis are closed";

    private final Connector connector;
    private final RedisURI uri;
    private final Listener listener;
    // Guarded by this. No callback runs under the lock.
    private final Map<Traffic, Link> links = new EnumMap<>(Traffic.class);
    /** The primary behind the connection that was opened last. */
    private @Nullable String lastPrimary;
    /** How many connections have been opened. */
    private int openings;

    private int demotions;
    private boolean closed;

    /** The connection for one kind of traffic, and what is being done about it. */
    private static final class Link {
        private @Nullable ServerConnection connection;
        private @Nullable CompletableFuture<ServerConnection> attempt;
        private @Nullable StoreException failure;
        private Duration pause = FIRST_PAUSE;
    }

    /**
     * An attempt to connect.
     *
     * @param traffic which connection
     * @param result completes at its end
     * @param openings how many connections had been opened when it began
     */
    private record Attempt(Traffic traffic, CompletableFuture<ServerConnection> result, int openings) {}

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
     * @param traffic which connection; opened at its first use
     * @return the connection; while one is being opened, the result of that attempt; else the failure of the last attempt
     */
    CompletionStage<ServerConnection> connection(Traffic traffic) {
        Attempt attempt;
        synchronized (this) {
            Link link = link(traffic);
            if (link.connection != null) {
                return CompletableFuture.completedStage(link.connection);
            }
            if (link.attempt != null) {
                return link.attempt;
            }
            if (link.failure != null) {
                return RedisErrors.failed(link.failure);
            }
            if (closed) {
                return RedisErrors.failed(RedisErrors.unavailable(CLOSED));
            }
            attempt = begin(traffic, link);
        }
        open(attempt);
        return attempt.result;
    }

    /** Whether {@link #close} was called; no connection is opened any more. */
    synchronized boolean closed() {
        return closed;
    }

    /** Starts to connect, unless that has happened. Does not block. */
    void start() {
        start(Traffic.BULK);
    }

    private void start(Traffic traffic) {
        Attempt attempt;
        synchronized (this) {
            Link link = link(traffic);
            if (closed || link.connection != null || link.attempt != null) {
                return;
            }
            attempt = begin(traffic, link);
        }
        open(attempt);
    }

    /** The caller holds the lock. */
    private Link link(Traffic traffic) {
        return links.computeIfAbsent(traffic, first -> new Link());
    }

    /** The caller holds the lock, and opens the attempt after releasing it. */
    private Attempt begin(Traffic traffic, Link link) {
        CompletableFuture<ServerConnection> result = new CompletableFuture<>();
        link.attempt = result;
        return new Attempt(traffic, result, openings);
    }

    private void open(Attempt attempt) {
        Futures.whenDone(connector.open(uri), (opened, error) -> {
            if (error == null) {
                succeeded(attempt, opened);
            } else {
                failed(attempt, RedisErrors.ofConnect(error, name()));
            }
        });
    }

    /**
     * Reports that the server behind a connection is no longer a primary. Its leases are void even if it becomes a primary again.
     */
    void demoted(ServerConnection suspect) {
        List<ServerConnection> ended;
        synchronized (this) {
            List<ServerConnection> open = open();
            if (!open.contains(suspect)) {
                return;
            }
            demotions++;
            open.removeIf(each -> !each.process().equals(suspect.process()));
            ended = open;
        }
        ended.forEach(each -> gone(each, "the connection was lost"));
    }

    /** The open connections; the caller holds the lock. */
    private List<ServerConnection> open() {
        List<ServerConnection> open = new ArrayList<>();
        for (Link link : links.values()) {
            if (link.connection != null) {
                open.add(link.connection);
            }
        }
        return open;
    }

    /** Closes the connections for good. Does not block. */
    void close() {
        List<ServerConnection> open;
        synchronized (this) {
            closed = true;
            open = open();
            for (Link link : links.values()) {
                link.failure = RedisErrors.unavailable(CLOSED);
                link.connection = null;
            }
        }
        open.forEach(ServerConnection::close);
    }

    private void succeeded(Attempt attempt, ServerConnection unlabelled) {
        ServerConnection opened;
        boolean late;
        boolean outdated;
        @Nullable String old;
        List<ServerConnection> former = List.of();
        synchronized (this) {
            opened = unlabelled.demotedBefore(demotions);
            late = closed;
            old = lastPrimary;
            boolean other = old != null && !old.equals(opened.primary());
            // Which of two attempts that were under way together has found the former process, only a new one can tell.
            outdated = other && attempt.openings != openings;
            if (!late && !outdated) {
                former = other ? open() : former;
                accept(attempt.traffic, opened);
            }
        }
        if (late || outdated) {
            opened.close();
            failed(attempt, RedisErrors.unavailable(late ? CLOSED : away("another server process answers now")));
            return;
        }
        reportChange(old, opened.primary());
        former.forEach(each -> gone(each, "another server process answers now"));
        attempt.result.complete(opened);
        opened.whenGone(() -> gone(opened, "the connection was lost"));
    }

    /** The caller holds the lock. */
    private void accept(Traffic traffic, ServerConnection opened) {
        Link link = link(traffic);
        if (link.failure != null) {
            LOG.debug("Redis at {} answers again", name());
        }
        link.attempt = null;
        link.connection = opened;
        link.failure = null;
        link.pause = FIRST_PAUSE;
        lastPrimary = opened.primary();
        openings++;
    }

    private void reportChange(@Nullable String old, String primary) {
        if (old != null && !old.equals(primary)) {
            LOG.debug("Redis at {} is another process or was demoted meanwhile: its leases are void", name());
            listener.primaryChanged(old);
        }
    }

    private void failed(Attempt attempt, StoreException error) {
        boolean first;
        Duration wait;
        boolean over;
        synchronized (this) {
            Link link = link(attempt.traffic);
            over = closed;
            first = link.failure == null && !over;
            if (!over) {
                link.failure = error;
            }
            link.attempt = null;
            wait = Backoff.spread(link.pause);
            link.pause = Backoff.next(link.pause, LONGEST_PAUSE);
        }
        attempt.result.completeExceptionally(error);
        if (over) {
            return;
        }
        if (first) {
            LOG.debug("Redis at {} cannot be used, reconnecting: {}", name(), error.getMessage());
        }
        connector.schedule(wait, () -> start(attempt.traffic));
        listener.unreachable();
    }

    private void gone(ServerConnection which, String why) {
        Traffic traffic = null;
        synchronized (this) {
            for (Map.Entry<Traffic, Link> each : links.entrySet()) {
                Link link = each.getValue();
                if (!closed && link.connection == which) {
                    traffic = each.getKey();
                    link.connection = null;
                    link.failure = RedisErrors.unavailable(away(why));
                }
            }
        }
        if (traffic == null) {
            return;
        }
        which.close();
        LOG.debug("The connection to Redis at {} is replaced: {}", name(), why);
        start(traffic);
        listener.unreachable();
    }

    private String away(String why) {
        return "Redis at " + name() + " is away: " + why;
    }
}
