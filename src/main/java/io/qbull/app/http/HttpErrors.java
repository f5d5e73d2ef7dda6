package io.qbull.app.http;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.qbull.ingest.http.Problem;
import io.qbull.runtime.LogLimit;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers errors of the server itself with problems instead of Vert.x's HTML, plain text or empty responses. */
final class HttpErrors {
    private static final Logger LOG = LoggerFactory.getLogger(HttpErrors.class);
    private static final Map<Integer, String> DETAILS = Map.of(
            400, "The request cannot be read.",
            404, "There is nothing at this path.",
            406, "This path cannot answer with the requested type.",
            413, "The body is too large.",
            415, "This path does not accept that content type.",
            501, "The server does not support this.",
            503, "The server is busy.");

    private static final Pattern LONE_PERCENT = Pattern.compile("%(?![0-9A-Fa-f]{2})");

    private final LogLimit lines = new LogLimit();
    private final Router routes;
    private final BooleanSupplier running;

    /**
     * @param routes of the server
     * @param running whether the routes are up; until then a path may be missing only for now
     */
    HttpErrors(Router routes, BooleanSupplier running) {
        this.routes = routes;
        this.running = running;
    }

    /**
     * @param root gets the requests that no route has answered
     */
    void install(Router root) {
        DETAILS.forEach((status, detail) ->
                root.errorHandler(status, http -> answer(http, Problem.of(status, detail))));
        root.errorHandler(400, HttpErrors::unreadable);
        root.errorHandler(500, this::failed);
        root.errorHandler(404, this::notFound);
        root.errorHandler(405, this::notAllowed);
    }

    private static void unreadable(RoutingContext http) {
        boolean percent = LONE_PERCENT.matcher(http.request().uri()).find();
        answer(
                http,
                Problem.of(
                        400,
                        percent
                                ? "The path or query has a % without two hexadecimal digits; write %25 for a percent sign."
                                : String.valueOf(DETAILS.get(400))));
    }

    private void failed(RoutingContext http) {
        Throwable failure = http.failure();
        lines.log(String.valueOf(failure), more -> LOG.error("a request failed{}", more, failure));
        answer(http, Problem.of(500, "The server failed; its log says more."));
    }

    private void notFound(RoutingContext http) {
        answer(
                http,
                running.getAsBoolean()
                        ? Problem.of(404, String.valueOf(DETAILS.get(404)))
                        : Problem.later("The server is starting or stopping. Try again.", 1));
    }

    private void notAllowed(RoutingContext http) {
        Set<String> allowed = new TreeSet<>();
        for (Route route : routes.getRoutes()) {
            if (route.methods() != null && matches(route, http.normalizedPath())) {
                allowed.addAll(route.methods().stream().map(HttpMethod::name).collect(Collectors.toSet()));
            }
        }
        String names = String.join(", ", allowed);
        answer(http, new Problem(405, "This path accepts only " + names + ".", Map.of("Allow", names)));
    }

    /** Finds the routes of the path: the router does not tell why none of them matched. */
    private static boolean matches(Route route, String path) {
        String pattern = route.getPath();
        return pattern != null
                && path.matches(pattern.replaceAll(":[A-Za-z0-9_]+", "[^/]+").replace("*", ".*") + "/?");
    }

    /**
     * @param request that the server could not parse; its contents cannot be trusted, and no route sees it
     * @return the answer
     */
    static Problem unreadable(HttpServerRequest request) {
        Throwable why = request.decoderResult().cause();
        if (why instanceof TooLongHttpLineException) {
            return Problem.of(414, "The path and its query are too long.");
        }
        return why instanceof TooLongHttpHeaderException
                ? Problem.of(431, "The headers are too large.")
                : Problem.of(400, String.valueOf(DETAILS.get(400)));
    }

    static void answer(RoutingContext http, Problem problem) {
        problem.answer(http.response());
    }
}
