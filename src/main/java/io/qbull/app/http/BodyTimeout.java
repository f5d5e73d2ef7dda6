package io.qbull.app.http;

import io.qbull.ingest.http.BodyTimer;
import io.qbull.ingest.http.Problem;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;

/**
 * Limits the time that the body of a request may take, whether a route reads it or not. Answers 408 when the time is over, and closes the
 * connection of a client that continues to send after its answer. Comes before all routes.
 */
public final class BodyTimeout implements Handler<RoutingContext> {
    /** An immediate close would reset the connection before the client has read its answer. */
    static final Duration LINGER = Duration.ofSeconds(5);

    private final Duration timeout;

    /**
     * @param timeout of a whole body
     */
    public BodyTimeout(Duration timeout) {
        this.timeout = timeout;
    }

    @Override
    public void handle(RoutingContext http) {
        Vertx vertx = http.vertx();
        HttpServerRequest request = http.request();
        BodyTimer.start(http, timeout, () -> tooSlow(http));
        http.addEndHandler(answered -> linger(vertx, request));
        http.next();
    }

    private void tooSlow(RoutingContext http) {
        HttpErrors.answer(http, Problem.of(408, "The body did not arrive within " + timeout.toSeconds() + " s."));
    }

    /**
     * Closes the connection of an answered request unless the request ends soon.
     *
     * @param request with an answer
     */
    static void linger(Vertx vertx, HttpServerRequest request) {
        if (!request.isEnded()) {
            long timer = vertx.setTimer(
                    LINGER.toMillis(), late -> request.connection().close());
            request.end().onComplete(end -> vertx.cancelTimer(timer));
        }
    }
}
