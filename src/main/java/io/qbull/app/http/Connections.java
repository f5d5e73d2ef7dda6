package io.qbull.app.http;

import io.qbull.runtime.LogLimit;
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
 * Limits the connections of each server, and the time that a connection may take to send the head of its first or next request. Closes
 * connections beyond the limit and those that are too slow. As a handler it comes before all routes. Thread-safe.
 */
public final class Connections implements Handler<RoutingContext> {
    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

    private final Vertx vertx;
    private final int most;
    private final Duration timeout;
    private final Map<HttpConnection, Long> timers = new ConcurrentHashMap<>();

    /**
     * @param vertx of the servers
     * @param most the most connections that are open at once on one server
     * @param timeout of the head of a request
     */
    public Connections(Vertx vertx, int most, Duration timeout) {
        this.vertx = vertx;
        this.most = most;
        this.timeout = timeout;
    }

    /**
     * @return a handler for each new connection of one server
     */
    Handler<HttpConnection> ofOneServer() {
        AtomicInteger open = new AtomicInteger();
        LogLimit lines = new LogLimit();
        return connection -> {
            if (open.incrementAndGet() > most) {
                open.decrementAndGet();
                lines.log(
                        "full",
                        more -> LOG.warn(
                                "all {} connections of a server are in use; new ones are closed at once{}",
                                most,
                                more));
                connection.close();
                return;
            }
            await(connection);
            // Not the closeHandler: Vert.x does not call it when a second request was under way.
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
        long timer = vertx.setTimer(timeout.toMillis(), late -> {
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
}
