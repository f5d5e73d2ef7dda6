package io.qbull.app.corpus;

import io.qbull.testing.Gzip;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Bodies of single jobs, and lines. */
final class BodyRequests extends Requests {
    BodyRequests() {
        bodies();
        lines();
        linesAsAWhole();
    }

    private void bodies() {
        one("empty body", Q, List.of(), "", StoredJob.of("a", ""));
        one("emoji", Q, List.of(), SMILE, StoredJob.of("a", SMILE));
        one(
                "form",
                Q,
                List.of("Content-Type: application/x-www-form-urlencoded"),
                "a=%zz+b&c",
                StoredJob.of("a", "a=%zz+b&c"));
        one("broken JSON", Q, List.of("Content-Type: application/json"), "{\"a\":", StoredJob.of("a", "{\"a\":"));
        one(
                "JSON with a mark",
                Q,
                List.of("Content-Type: application/json"),
                "\uFEFF{}",
                StoredJob.of("a", "\uFEFF{}"));
        one("line ends", Q, List.of(), "a\r\nb\rc\n\n", StoredJob.of("a", "a\r\nb\rc\n\n"));
        bytes("Latin-1", "J\u00fcrgen".getBytes(StandardCharsets.ISO_8859_1));
        bytes("UTF-16", "J\u00fcrgen".getBytes(StandardCharsets.UTF_16));
        bytes("zero bytes", new byte[1000]);
        bytes("gzip without its header", Gzip.of(utf8("hello")));
        refused("large body", Q, List.of(), new byte[1001], 413, "more than 1000 bytes");
    }

    private void lines() {
        line("text", "{\"key\":\"k\",\"body\":\"b\"}", StoredJob.of("k", "b").type("text/plain; charset=utf-8"));
        line(
                "JSON",
                "{\"key\":\"k\",\"body\":{\"n\": 1.50}}",
                StoredJob.of("k", "{\"n\": 1.50}").type("application/json"));
        line("huge number", "{\"key\":\"k\",\"body\":" + "9".repeat(300) + "}", StoredJob.of("k", "9".repeat(300)));
        line(
                "integer as key",
                "{\"key\":12345678901234567890123,\"body\":1}",
                StoredJob.of("12345678901234567890123", "1"));
        line(
                "integer as id",
                "{\"key\":\"k\",\"body\":1,\"id\":42}",
                StoredJob.of("k", "1").id("42"));
        line("body of null", "{\"key\":\"k\",\"body\":null}", StoredJob.of("k", "null"));
        line("empty text", "{\"key\":\"k\",\"body\":\"\"}", StoredJob.of("k", ""));
        line("escapes", "{\"key\":\"\\u00fc\",\"body\":\"\\ud83d\\udc02\\n\"}", StoredJob.of("ü", SMILE + "\n"));
        line("itself", "{ \"to\":\"k\", \"n\":1 }", StoredJob.of("k", "{ \"to\":\"k\", \"n\":1 }"));
        line("plus in a key", "{\"key\":\"+49\",\"body\":1}", StoredJob.of("+49", "1"));
        line(
                "delay",
                "{\"key\":\"k\",\"body\":1,\"delay\":\"10m\"}",
                StoredJob.of("k", "1").later());
        line(
                "delay in ms",
                "{\"key\":\"k\",\"body\":1,\"delay\":600000}",
                StoredJob.of("k", "1").later());
        badLine("misspelt delay", "{\"key\":\"k\",\"body\":1,\"dealy\":\"10m\"}", "did you mean delay?");
        badLine(
                "a member more",
                "{\"key\":\"k\",\"body\":1,\"title\":\"x\"}",
                "no members but key, body, id, delay, at");
        badLine("key in capitals", "{\"Key\":\"k\",\"body\":1}", "the member key is missing");
        badLine("number with a point as key", "{\"key\":1.0,\"body\":1}", "non-empty string or an integer");
        badLine("no key", "{\"n\":1}", "none of the members key, to");
        badLine("member twice", "{\"key\":\"k\",\"key\":\"l\",\"body\":1}", "not JSON");
        badLine("single quotes", "{'key':'k','body':1}", "not JSON");
        badLine("comma at the end", "{\"key\":\"k\",\"body\":1,}", "not JSON");
        badLine("comment", "{\"key\":\"k\",\"body\":1} // x", "not JSON");
        badLine("NaN", "{\"key\":\"k\",\"body\":NaN}", "not JSON");
        badLine("deep JSON", "{\"key\":\"k\",\"body\":" + "[".repeat(11) + "]".repeat(11) + "}", "nested too deeply");
        badLine(
                "number without end",
                "{\"key\":\"k\",\"body\":" + "9".repeat(1_001) + "}",
                "number or name that is too long");
        badLine("half a surrogate", "{\"key\":\"k\",\"body\":\"\\ud83d\"}", "half of a surrogate pair");
        badLine("large text", "{\"key\":\"k\",\"body\":\"" + "x".repeat(1_001) + "\"}", "maxBodySize");
        badLine("long line", "{\"key\":\"k\",\"body\":\"" + "x".repeat(5_000) + "\"}", "the longest may have 5000");
        badLine("delay in words", "{\"key\":\"k\",\"body\":1,\"delay\":\"soon\"}", "a delay must be like");
        badLine("delay with a point", "{\"key\":\"k\",\"body\":1,\"delay\":0.5}", "a delay must be like");
        badLine("long key", "{\"key\":\"" + "k".repeat(65) + "\",\"body\":1}", "maxKeyLength");
        badLine("array", "[" + LINE + "]", "must be a JSON object");
        badLine("old Mac line ends", LINE + "\r" + LINE, "more than one JSON value");
    }

    private void linesAsAWhole() {
        lines("no lines", List.of(NDJSON), "");
        lines("blank lines", List.of(NDJSON), "\n \r\n\t\n" + LINE + "\n\n", StoredJob.of("k", "b"));
        lines(
                "Windows line ends",
                List.of(NDJSON),
                LINE + "\r\n" + LINE + "\r\n",
                StoredJob.of("k", "b"),
                StoredJob.of("k", "b"));
        lines(
                "byte order mark",
                List.of(NDJSON),
                "\uFEFF{\"to\":\"k\"}\n{\"to\":\"l\"}",
                StoredJob.of("k", "{\"to\":\"k\"}"),
                StoredJob.of("l", "{\"to\":\"l\"}"));
        lines("byte order mark before nothing", List.of(NDJSON), "\uFEFF\n" + LINE, StoredJob.of("k", "b"));
        for (Charset charset :
                List.of(StandardCharsets.UTF_16, StandardCharsets.UTF_16LE, StandardCharsets.ISO_8859_1)) {
            add(
                    "lines in " + charset,
                    "/queues/Q/jobs",
                    List.of(NDJSON),
                    "{\"key\":\"ü\",\"body\":1}".getBytes(charset),
                    422,
                    List.of("not JSON in UTF-8"),
                    List.of());
        }
        add(
                "good and bad lines",
                "/queues/Q/jobs",
                List.of(NDJSON),
                utf8(LINE + "\nnonsense\n" + LINE),
                422,
                List.of("\"line\":2", "not JSON", "\"accepted\":2"),
                List.of(StoredJob.of("k", "b"), StoredJob.of("k", "b")));
        refused(
                "too many bytes",
                "/queues/Q/jobs",
                List.of(NDJSON),
                utf8("\n".repeat(20_001)),
                413,
                "more than 20000 bytes");
    }
}
