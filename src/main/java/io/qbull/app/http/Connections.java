package io.qbull.app.http;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the connections of each server, and the time that each may take to send the head of its first or next request. One that is
 * beyond the bound or too slow is closed. As a handler it stands before all routes.
 */
public final class Connections implements Handler<RoutingContext> {
    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);
    private static final Duration SILENCE = Duration.ofMinutes(1);

    private final Vertx vertx;
    private final int most;
    private final Duration patience;
    private final Map<HttpConnection, Long> timers = new ConcurrentHashMap<>();

    /**
     * @param most open at once on one server
     * @param patience for the head of a request
     */
    public Connections(Vertx vertx, int most, Duration patience) {
        this.vertx = vertx;
        this.most = most;
        this.patience = patience;
    }

    /**
     * @return told of each connection of one server when it opens
     */
    Handler<HttpConnection> ofOneServer() {
        AtomicInteger open = new AtomicInteger();
        Rarely warning = new Rarely();
        return connection -> {
            if (open.incrementAndGet() > most) {
                open.decrementAndGet();
                warning.run();
                connection.close();
                return;
            }
            await(connection);
            // Not its closeHandler, which Vert.x does not call when a second request was on its way.
            ((ConnectionBase) connection).channel().closeFuture().addListener(closed -> {
                open.decrementAndGet();
                cancel(connection);
            });
        };
    }

    @Override
    public void handle(RoutingContext http) {
        HttpConnection connection = http.request().connection();
        cancel(connection);
        http.addEndHandler(answered -> await(connection));
        http.next();
    }

    private void await(HttpConnection connection) {
        long timer = vertx.setTimer(patience.toMillis(), late -> {
            timers.remove(connection, late);
            connection.close();
        });
        Long before = timers.put(connection, timer);
        if (before != null) {
            vertx.cancelTimer(before);
        }
    }

    private void cancel(HttpConnection connection) {
        Long timer = timers.remove(connection);
        if (timer != null) {
            vertx.cancelTimer(timer);
        }
    }

    /** Says that connections are closed, but not of each. On the event loops of one server. */
    private final class Rarely implements Runnable {
        private long silentUntil = System.nanoTime();

        @Override
        public synchronized void run() {
            long now = System.nanoTime();
            if (now - silentUntil >= 0) {
                silentUntil = now + SILENCE.toNanos();
                LOG.warn("all {} connections of a server are in use; more are closed at once", most);
            }
        }
    }
}
