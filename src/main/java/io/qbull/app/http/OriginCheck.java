package io.qbull.app.http;

import io.qbull.ingest.http.Problem;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Set;

/**
 * Protects changes against pages of other sites, which could make them in the name of a person who has such a page open. Browsers name the
 * site of a page in {@code Origin}; other clients do not send that header, and pass.
 */
final class OriginCheck implements Handler<RoutingContext> {
    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final Problem REFUSED =
            Problem.of(403, "The header Origin says that this request comes from a page of another site.");

    private final boolean guarded;

    /**
     * @param guarded whether every request must carry the token, which a page of another site does not know
     */
    OriginCheck(boolean guarded) {
        this.guarded = guarded;
    }

    @Override
    public void handle(RoutingContext http) {
        List<String> origins = http.request().headers().getAll("Origin");
        List<String> hosts = http.request().headers().getAll("Host");
        if (origins.isEmpty() || (origins.size() == 1 && hosts.size() == 1 && own(origins.get(0), hosts.get(0)))) {
            http.next();
        } else {
            HttpErrors.answer(http, REFUSED);
        }
    }

    /** The name of another site can be made to resolve to this machine; without a token only this machine's own names count. */
    private boolean own(String origin, String host) {
        try {
            URI page = new URI(origin);
            return host.equalsIgnoreCase(page.getAuthority())
                    && (guarded || THIS_MACHINE.contains(String.valueOf(page.getHost())));
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
