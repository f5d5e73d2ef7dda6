package io.qbull.app.http;

import io.qbull.ingest.http.Problem;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Refuses requests that do not carry the token. */
final class BearerAuth implements RequestCheck {
    private static final String SCHEME = "Bearer ";
    private static final Problem REFUSED = new Problem(
            401, "This server requires the header Authorization: Bearer TOKEN.", Map.of("WWW-Authenticate", "Bearer"));

    private final byte[] expected;

    BearerAuth(String token) {
        this.expected = digest(token);
    }

    @Override
    public @Nullable Problem refusal(HttpServerRequest request) {
        List<String> given = request.headers().getAll("Authorization");
        return given.size() == 1 && matches(given.get(0)) ? null : REFUSED;
    }

    private boolean matches(String header) {
        // Compares digests, so that the time does not reveal the length of the token either.
        return header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                && MessageDigest.isEqual(
                        expected, digest(header.substring(SCHEME.length()).strip()));
    }

    private static byte[] digest(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
