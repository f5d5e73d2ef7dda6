package io.qbull.app.http;

import io.qbull.ingest.http.Problem;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests that two readers could understand differently, such as a proxy and this server: where the body ends, or which host is
 * meant. Netty refuses what it sees itself: a length beside a transfer coding, unequal lengths, a coding that does not end with chunked,
 * chunk sizes that are too large.
 */
final class Framing {
    private static final Problem NO_HOST = Problem.of(400, "The request must have exactly one valid header Host.");
    private static final Problem CODING = Problem.of(400, "The only Transfer-Encoding of this server is chunked.");

    private Framing() {}

    static @Nullable Problem refusal(HttpServerRequest request) {
        List<String> codings = request.headers().getAll("Transfer-Encoding");
        if (!codings.isEmpty()
                && !(codings.size() == 1 && codings.get(0).strip().equalsIgnoreCase("chunked"))) {
            return CODING;
        }
        List<String> hosts = request.headers().getAll("Host");
        boolean clear = hosts.isEmpty()
                ? request.version() == HttpVersion.HTTP_1_0
                : hosts.size() == 1 && (hosts.get(0).isEmpty() || Authority.parse(hosts.get(0)) != null);
        return clear ? null : NO_HOST;
    }
}
