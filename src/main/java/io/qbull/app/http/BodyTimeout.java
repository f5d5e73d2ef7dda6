package io.qbull.app.http;

import io.qbull.ingest.http.BodyTimer;
import io.qbull.ingest.http.Problem;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;

/**
 * Bounds the time that a request's body takes, whoever reads it, if anybody does. What has not come by then is answered with
 * 408, and a client that goes on sending although it has its answer loses its connection. Stands before all routes.
 */
public final class BodyTimeout implements Handler<RoutingContext> {
    /** Closing at once would reset the connection before the client has read why. */
    private static final Duration LINGER = Duration.ofSeconds(5);

    private final Duration patience;

    /**
     * @param patience for a whole body
     */
    public BodyTimeout(Duration patience) {
        this.patience = patience;
    }

    @Override
    public void handle(RoutingContext http) {
        Vertx vertx = http.vertx();
        HttpServerRequest request = http.request();
        BodyTimer.start(http, patience, () -> tooSlow(http));
        http.addEndHandler(answered -> linger(vertx, request));
        http.next();
    }

    private void tooSlow(RoutingContext http) {
        HttpErrors.answer(http, Problem.of(408, "The body did not arrive within " + patience.toSeconds() + " s."));
    }

    /**
     * @param request that has been answered; its connection is closed unless it has come to its end soon
     */
    static void linger(Vertx vertx, HttpServerRequest request) {
        if (!request.isEnded()) {
            long timer = vertx.setTimer(
                    LINGER.toMillis(), late -> request.connection().close());
            request.end().onComplete(end -> vertx.cancelTimer(timer));
        }
    }
}
