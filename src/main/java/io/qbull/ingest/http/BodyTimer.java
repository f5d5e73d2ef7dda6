package io.qbull.ingest.http;

import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;

/** Limits the time of a request's body. Ends with the body, or when a reader takes over that limits silence instead. */
public final class BodyTimer {
    private static final String KEY = BodyTimer.class.getName();

    private BodyTimer() {}

    /**
     * @param http the request
     * @param time for its whole body
     * @param late called if the body is not complete by then
     */
    public static void start(RoutingContext http, Duration time, Runnable late) {
        Vertx vertx = http.vertx();
        long timer = vertx.setTimer(time.toMillis(), over -> late.run());
        http.put(KEY, timer);
        http.request().end().onComplete(end -> vertx.cancelTimer(timer));
    }

    /**
     * Lifts the limit. Must be called on the event loop of the request.
     *
     * @param http a request whose body may take any time
     */
    static void stop(RoutingContext http) {
        Long timer = http.get(KEY);
        if (timer != null) {
            http.vertx().cancelTimer(timer);
        }
    }
}
