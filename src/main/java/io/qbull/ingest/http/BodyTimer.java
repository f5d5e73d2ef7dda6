package io.qbull.ingest.http;

import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;

/** The time that a request has for its body. Ends with the body, or when it is read by somebody who judges its silence himself. */
public final class BodyTimer {
    private static final String KEY = BodyTimer.class.getName();

    private BodyTimer() {}

    /**
     * @param http the request
     * @param time for its whole body
     * @param late called when the body has not come by then
     */
    public static void start(RoutingContext http, Duration time, Runnable late) {
        Vertx vertx = http.vertx();
        long timer = vertx.setTimer(time.toMillis(), over -> late.run());
        http.put(KEY, timer);
        http.request().end().onComplete(end -> vertx.cancelTimer(timer));
    }

    /**
     * @param http a request whose body may take as long as its client likes; from its event loop
     */
    static void stop(RoutingContext http) {
        Long timer = http.get(KEY);
        if (timer != null) {
            http.vertx().cancelTimer(timer);
        }
    }
}
