package io.qbull.ingest.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The reason why a request is refused, as {@code application/problem+json} (RFC 9457).
 *
 * @param status the HTTP status
 * @param detail what the client can do about it; never text from another server
 * @param headers additional response headers, such as {@code Retry-After}
 */
public record Problem(int status, String detail, Map<String, String> headers) {
    /** The media type of an answer that carries a problem. */
    public static final String MEDIA_TYPE = "application/problem+json";

    private static final Map<Integer, String> TITLES = Map.ofEntries(
            Map.entry(400, "Bad Request"),
            Map.entry(401, "Unauthorized"),
            Map.entry(403, "Forbidden"),
            Map.entry(404, "Not Found"),
            Map.entry(405, "Method Not Allowed"),
            Map.entry(408, "Request Timeout"),
            Map.entry(413, "Content Too Large"),
            Map.entry(414, "URI Too Long"),
            Map.entry(415, "Unsupported Media Type"),
            Map.entry(421, "Misdirected Request"),
            Map.entry(422, "Unprocessable Content"),
            Map.entry(429, "Too Many Requests"),
            Map.entry(431, "Request Header Fields Too Large"),
            Map.entry(500, "Internal Server Error"),
            Map.entry(503, "Service Unavailable"));
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Copies the headers. */
    public Problem {
        headers = Map.copyOf(headers);
    }

    /**
     * @param status the HTTP status
     * @param detail see {@link Problem}
     * @return a problem without additional headers
     */
    public static Problem of(int status, String detail) {
        return new Problem(status, detail, Map.of());
    }

    /**
     * @param detail see {@link Problem}
     * @param seconds after which to try again
     * @return a 503
     */
    public static Problem later(String detail, int seconds) {
        return later(503, detail, seconds);
    }

    static Problem later(int status, String detail, int seconds) {
        return new Problem(status, detail, Map.of("Retry-After", Integer.toString(seconds)));
    }

    /**
     * @param response to the refused request; ignored if it has ended
     */
    public void answer(HttpServerResponse response) {
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(status).putHeader("Content-Type", MEDIA_TYPE);
        headers.forEach(response::putHeader);
        response.end(Buffer.buffer(json()));
    }

    /**
     * @return the members of every problem, in the usual order; a new map
     */
    Map<String, Object> members() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("type", "about:blank");
        members.put("title", TITLES.getOrDefault(status, "Error"));
        members.put("status", status);
        members.put("detail", detail);
        return members;
    }

    /**
     * @return the body of the answer, UTF-8
     */
    public byte[] json() {
        try {
            return JSON.writeValueAsBytes(members());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a map of texts and numbers did not become JSON", e);
        }
    }
}
