package io.qbull.app.http;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;

/**
 * Answers the probes of a server with a token to those who have none: whether the pod lives, and whether it is ready. Why it is not, and
 * what it is made of, is told only to those who have the token.
 */
public final class Probes implements Handler<RoutingContext> {
    static final String HEALTH = "/observe/health";
    private static final String LIVE = HEALTH + "/live";
    private static final String READY = HEALTH + "/ready";

    private final CamelContext context;
    private final Predicate<HttpServerRequest> authorized;

    /**
     * @param context whose health is asked for
     * @param authorized whether a request may see the details; a later handler shows them
     */
    Probes(CamelContext context, Predicate<HttpServerRequest> authorized) {
        this.context = context;
        this.authorized = authorized;
    }

    /** Whether a request asks for no more than a probe does. Any other spelling of the path needs the token. */
    static boolean asked(HttpServerRequest request) {
        return HttpMethod.GET.equals(request.method()) && (LIVE.equals(request.path()) || READY.equals(request.path()));
    }

    @Override
    public void handle(RoutingContext http) {
        if (authorized.test(http.request())) {
            http.next();
            return;
        }
        boolean ready = READY.equals(http.request().path());
        Vertx vertx = http.vertx();
        vertx.executeBlocking(() -> ready ? unready(context).isEmpty() : lives(context), false)
                .onSuccess(up -> answer(http, up))
                .onFailure(http::fail);
    }

    private static void answer(RoutingContext http, boolean up) {
        http.response().setStatusCode(up ? 200 : 503).putHeader("Content-Type", "application/json");
        http.end(up ? "{\"status\":\"UP\"}" : "{\"status\":\"DOWN\"}");
    }

    private static boolean lives(CamelContext context) {
        return HealthCheckHelper.isResultsUp(HealthCheckHelper.invokeLiveness(context), false);
    }

    /**
     * May block.
     *
     * @return the checks because of which the probe {@code ready} does not answer 200, with their messages; empty if it does
     */
    public static List<String> unready(CamelContext context) {
        Collection<HealthCheck.Result> results = HealthCheckHelper.invokeReadiness(context);
        return HealthCheckHelper.isResultsUp(results, true)
                ? List.of()
                : results.stream()
                        .filter(result -> result.getState() != HealthCheck.State.UP)
                        .map(result -> result.getCheck().getId()
                                + result.getMessage().map(text -> ": " + text).orElse(""))
                        .toList();
    }
}
