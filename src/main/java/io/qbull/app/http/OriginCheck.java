package io.qbull.app.http;

import io.qbull.ingest.http.Problem;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Protects changes against pages of other sites, which could make them in the name of a person who has such a page open. Browsers name the
 * site of a page in {@code Origin} and say in {@code Sec-Fetch-Site} whether it is another one; other clients do not send these headers,
 * and pass.
 */
final class OriginCheck implements RequestCheck {
    private static final Set<HttpMethod> READING =
            Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.TRACE);
    private static final Set<String> OWN_SITE = Set.of("same-origin", "none");
    private static final Problem REFUSED = Problem.of(403, "This request comes from a page of another site.");

    private final Set<String> listed;

    /**
     * @param listed hosts whose pages are our own even if a proxy changes the header Host, as {@code Hosts.canonical} writes them
     */
    OriginCheck(Set<String> listed) {
        this.listed = listed;
    }

    @Override
    public @Nullable Problem refusal(HttpServerRequest request) {
        if (READING.contains(request.method())) {
            return null;
        }
        List<String> origins = request.headers().getAll("Origin");
        boolean ownPage = origins.isEmpty() || (origins.size() == 1 && own(origins.get(0), request.getHeader("Host")));
        return ownPage && OWN_SITE.containsAll(request.headers().getAll("Sec-Fetch-Site")) ? null : REFUSED;
    }

    private boolean own(String origin, @Nullable String host) {
        try {
            String page = new URI(origin).getRawAuthority();
            return page != null && (page.equalsIgnoreCase(host) || listed(page));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private boolean listed(String page) {
        String name = Authority.parse(page);
        return name != null && listed.contains(name);
    }
}
