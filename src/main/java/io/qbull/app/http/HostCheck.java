package io.qbull.app.http;

import io.qbull.app.settings.AppSettings;
import io.qbull.app.settings.Hosts;
import io.qbull.ingest.http.Problem;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Accepts only requests for this machine or for a listed host. Anyone can make a name of theirs lead to this machine; a browser then lets
 * the pages of that name read and change what is here.
 */
final class HostCheck implements RequestCheck {
    private static final Problem REFUSED = Problem.of(
            421,
            "This request is for a host that this server does not serve; the setting QBULL_HTTP_HOSTS lists more.");

    private final Set<String> hosts;

    HostCheck(AppSettings.Web web) {
        Set<String> all = new HashSet<>(web.hosts());
        all.addAll(Hosts.ofThisMachine());
        all.add(Hosts.canonical(web.http().host()));
        all.add(Hosts.canonical(web.management().host()));
        this.hosts = Set.copyOf(all);
    }

    @Override
    public @Nullable Problem refusal(HttpServerRequest request) {
        String host = request.getHeader("Host");
        // Without a host it is not a browser that asks.
        boolean served = host == null || served(host);
        return served && servedTarget(request.uri()) ? null : REFUSED;
    }

    private boolean served(String authority) {
        String host = Authority.parse(authority);
        return host != null && (Hosts.isNameOfLoopback(host) || hosts.contains(host));
    }

    /** The host of a target such as {@code http://localhost/} replaces that of the header. */
    private boolean servedTarget(String target) {
        if (target.startsWith("/") || !target.contains("://")) {
            return true;
        }
        try {
            String authority = new URI(target).getRawAuthority();
            return authority != null && served(authority);
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
