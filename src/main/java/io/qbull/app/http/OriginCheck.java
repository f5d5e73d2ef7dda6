package io.qbull.app.http;

import io.qbull.ingest.http.Problem;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Set;

/**
 * Stands before what changes something: a page of another site that a person has open in a browser must not do so in that person's
 * name. Browsers say in {@code Origin} where a page is from; other clients say nothing, and pass.
 */
final class OriginCheck implements Handler<RoutingContext> {
    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final Problem REFUSED =
            Problem.of(403, "This request comes from a page of another site, says its header Origin.");

    private final boolean guarded;

    /**
     * @param guarded whether every request carries a token, which a page of another site does not know
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

    /** A name of another site may be made to lead to this machine: without a token only this machine's own names count. */
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
