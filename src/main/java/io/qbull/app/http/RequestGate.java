package io.qbull.app.http;

import io.qbull.app.settings.AppSettings;
import io.qbull.ingest.http.Problem;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Lets a server see only requests that pass all checks. It stands before the router because a router answers a target that is not a
 * path, such as {@code *}, without asking any of its handlers.
 */
final class RequestGate implements Handler<HttpServerRequest> {
    private final Vertx vertx;
    /** Null = the server has no token, and everyone is authorized. */
    private final @Nullable BearerAuth auth;

    private final List<RequestCheck> checks;
    private final Handler<HttpServerRequest> server;
    /** Which requests need no token. */
    private volatile Predicate<HttpServerRequest> open = request -> false;

    private RequestGate(
            Vertx vertx, @Nullable BearerAuth auth, List<RequestCheck> checks, Handler<HttpServerRequest> server) {
        this.vertx = vertx;
        this.auth = auth;
        this.checks = checks;
        this.server = server;
    }

    /**
     * @param web the settings of the servers
     * @param server what handles the requests that pass
     */
    static RequestGate of(Vertx vertx, AppSettings.Web web, Handler<HttpServerRequest> server) {
        List<RequestCheck> checks = new ArrayList<>();
        if (web.token() == null || !web.hosts().isEmpty()) {
            // A page of another site does not know the token, whatever name leads it here.
            checks.add(new HostCheck(web));
        }
        checks.add(new OriginCheck(web.hosts()));
        BearerAuth auth = web.token() == null ? null : new BearerAuth(web.token());
        return new RequestGate(vertx, auth, List.copyOf(checks), server);
    }

    /**
     * Lets requests pass without the token. What handles them must ask {@link #authorized} before it tells anything that others may not
     * know.
     *
     * @param without which requests
     */
    void open(Predicate<HttpServerRequest> without) {
        open = without;
    }

    /** Whether a request carries the token, if there is one. */
    boolean authorized(HttpServerRequest request) {
        return auth == null || auth.refusal(request) == null;
    }

    /** What handles the requests that pass. */
    Handler<HttpServerRequest> server() {
        return server;
    }

    @Override
    public void handle(HttpServerRequest request) {
        ClientStream stream = ClientStream.of(request);
        if (stream == null || !stream.begins(request)) {
            return;
        }
        Problem unclear = Framing.refusal(request);
        Problem refusal = unclear == null ? refusal(request) : unclear;
        if (refusal == null) {
            server.handle(request);
        } else if (unclear != null) {
            stream.end(request, unclear);
        } else {
            refusal.answer(request.response());
            BodyTimeout.linger(vertx, request);
        }
    }

    private @Nullable Problem refusal(HttpServerRequest request) {
        Problem unauthorized = auth == null || open.test(request) ? null : auth.refusal(request);
        if (unauthorized != null) {
            return unauthorized;
        }
        for (RequestCheck check : checks) {
            Problem refusal = check.refusal(request);
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }
}
