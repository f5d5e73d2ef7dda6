package io.qbull.app.corpus;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Requests of one kind. */
abstract class Requests {
    static final String NDJSON = "Content-Type: application/x-ndjson";
    static final String Q = "/queues/Q/jobs?key=a";
    static final String LINE = "{\"key\":\"k\",\"body\":\"b\"}";
    static final String SMILE = "🐂";

    private final List<RequestCase> cases = new ArrayList<>();

    /** All of them. */
    List<RequestCase> cases() {
        return cases;
    }

    void key(String name, String raw, String key) {
        one("key, " + name, "/queues/Q/jobs?key=" + raw, List.of(), "x", StoredJob.of(key, "x"));
    }

    void badKey(String name, String raw, String reason) {
        refused("key, " + name, "/queues/Q/jobs?key=" + raw, 400, reason);
    }

    void coded(String coding, byte[] body, StoredJob stored) {
        add("coding " + coding, Q, List.of("Content-Encoding: " + coding), body, 202, List.of(), List.of(stored));
    }

    void bytes(String name, byte[] body) {
        add("body, " + name, Q, List.of(), body, 202, List.of(), List.of(new StoredJob("a", body, null, null, false)));
    }

    void line(String name, String line, StoredJob stored) {
        lines("line, " + name, List.of(NDJSON), line, stored);
    }

    void badLine(String name, String line, String reason) {
        add(
                "line, " + name,
                "/queues/Q/jobs",
                List.of(NDJSON),
                utf8(line),
                422,
                List.of("\"line\":1", reason),
                List.of());
    }

    void lines(String name, List<String> headers, String lines, StoredJob... stored) {
        add(
                name,
                "/queues/Q/jobs",
                headers,
                utf8(lines),
                202,
                List.of("\"accepted\":" + stored.length),
                List.of(stored));
    }

    void one(String name, String target, List<String> headers, String body, StoredJob stored) {
        add(name, target, headers, utf8(body), 202, List.of(), List.of(stored));
    }

    void refused(String name, String target, int status, String reason) {
        refused(name, target, List.of(), "x", status, reason);
    }

    void refused(String name, String target, List<String> headers, String body, int status, String reason) {
        refused(name, target, headers, utf8(body), status, reason);
    }

    void refused(String name, String target, List<String> headers, byte[] body, int status, String reason) {
        add(name, target, headers, body, status, List.of(reason), List.of());
    }

    void add(
            String name,
            String target,
            List<String> headers,
            byte[] body,
            int status,
            List<String> reasons,
            List<StoredJob> stored) {
        cases.add(new RequestCase(name, target, headers, body, status, reasons, stored));
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The characters that stand for the bytes of a text. */
    static String latin1(String text) {
        return new String(utf8(text), StandardCharsets.ISO_8859_1);
    }
}
