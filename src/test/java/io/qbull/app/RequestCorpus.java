package io.qbull.app;

import io.qbull.testing.Gzip;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Requests as people have them, each with what must become of it: stored exactly, or refused with a reason. The queue {@code Q} has one
 * partition and takes bodies of 1,000 bytes and keys of 64; lines have at most 5,000 bytes, whole requests 20,000, JSON 10 levels.
 */
final class RequestCorpus {
    private static final String NDJSON = "Content-Type: application/x-ndjson";
    private static final String GZIP = "Content-Encoding: gzip";
    private static final String SMILE = "🐂";

    private final List<Case> cases = new ArrayList<>();

    private RequestCorpus() {}

    /** A job as it must be in Redis; characters are those of UTF-8. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Stored(
            String key,
            byte[] body,
            @Nullable String id,
            @Nullable String contentType,
            boolean delayed) {
        static Stored of(String key, String body) {
            return new Stored(key, utf8(body), null, null, false);
        }

        Stored id(String name) {
            return new Stored(key, body, name, contentType, delayed);
        }

        Stored type(String name) {
            return new Stored(key, body, id, name, delayed);
        }

        Stored later() {
            return new Stored(key, body, id, contentType, true);
        }
    }

    /**
     * @param name what is special about it
     * @param target of the POST; characters stand for bytes
     * @param headers likewise
     * @param status of the answer
     * @param reasons parts of the answer, if something is refused
     * @param stored what must be in the queue afterwards, and nothing else
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Case(
            String name,
            String target,
            List<String> headers,
            byte[] body,
            int status,
            List<String> reasons,
            List<Stored> stored) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Case> all() {
        RequestCorpus corpus = new RequestCorpus();
        corpus.keys();
        corpus.parameters();
        corpus.times();
        corpus.ids();
        corpus.types();
        corpus.codings();
        corpus.bodies();
        corpus.lines();
        corpus.linesAsAWhole();
        return corpus.cases;
    }

    private void keys() {
        key("digits", "573205104418", "573205104418");
        key("encoded plus", "%2B573205104418", "+573205104418");
        key("space as percent", "a%20b", "a b");
        key("space as plus between letters", "John+Doe", "John Doe");
        key("umlaut in UTF-8", "J%C3%BCrgen", "Jürgen");
        key("raw UTF-8 bytes", "J\u00c3\u00bcrgen", "Jürgen");
        key("emoji", "%F0%9F%90%82", SMILE);
        key("reserved characters", "a%26b%3Dc%3Fd%23e%2Ff", "a&b=c?d#e/f");
        key("an equals sign", "a=b==", "a=b==");
        key("percent sign", "100%25", "100%");
        key("double encoding stays", "%252B49", "%2B49");
        key("leading zeros", "007", "007");
        key("number with exponent", "1e3", "1e3");
        key("blanks around", "%20a%20", " a ");
        key("as long as allowed", "k".repeat(64), "k".repeat(64));
        key("mail address", "a%2Bb%40example.com", "a+b@example.com");
        key("decomposed letter stays", "u%CC%88", "u\u0308");
        badKey("plus of a phone number", "+573205104418", "write %2B for a plus sign");
        badKey("plus of a mail address", "a+b@example.com", "write %2B for a plus sign");
        badKey("plus behind a scheme", "whatsapp:+14155238886", "write %2B for a plus sign");
        badKey("Latin-1", "J%FCrgen", "not percent-encoded UTF-8");
        badKey("raw Latin-1", "J\u00fcrgen", "not percent-encoded UTF-8");
        badKey("half a surrogate", "%ED%A0%80", "not percent-encoded UTF-8");
        badKey("overlong form", "%C0%AF", "not percent-encoded UTF-8");
        badKey("lone percent", "100%", "write %25 for a percent sign");
        badKey("empty", "", "1 to 64 bytes");
        badKey("too long in bytes, not in letters", "%C3%BC".repeat(33), "1 to 64 bytes, not 66");
    }

    private void parameters() {
        refused("no key", "/queues/Q/jobs", 400, "key is missing; write POST /queues/QUEUE/jobs?key=KEY");
        refused("two keys", "/queues/Q/jobs?key=a&key=b", 400, "more than one key");
        refused("the same key twice", "/queues/Q/jobs?key=a&k%65y=a", 400, "more than one key");
        refused("key in capitals", "/queues/Q/jobs?KEY=a", 400, "did you mean key?");
        refused("misspelt delay", "/queues/Q/jobs?key=a&dealy=10m", 400, "'dealy'; did you mean delay?");
        refused("foreign parameter", "/queues/Q/jobs?key=a&priority=1", 400, "'priority'; there are only key");
        refused("id as a parameter", "/queues/Q/jobs?key=a&id=1", 400, "There is no query parameter 'id'");
        refused("entity for an ampersand", "/queues/Q/jobs?key=a&amp;delay=1s", 400, "There is no query parameter");
        refused("unknown queue", "/queues/R/jobs?key=a", 404, "There is no such queue");
        refused("queue in lower case", "/queues/q/jobs?key=a", 404, "There is no such queue");
        one("slash at the end", "/queues/Q/jobs/?key=a", List.of(), "x", Stored.of("a", "x"));
        one("queue name encoded", "/queues/%51/jobs?key=a", List.of(), "x", Stored.of("a", "x"));
        one("empty parameters", "/queues/Q/jobs?&key=a&", List.of(), "x", Stored.of("a", "x"));
    }

    private void times() {
        for (String delay : List.of("PT10M", "10m", "600000", "600s", "10000ms", "1d", "P1DT1S")) {
            one(
                    "delay " + delay,
                    "/queues/Q/jobs?key=a&delay=" + delay,
                    List.of(),
                    "x",
                    Stored.of("a", "x").later());
        }
        one("delay 0", "/queues/Q/jobs?key=a&delay=0", List.of(), "x", Stored.of("a", "x"));
        one("time that is past", "/queues/Q/jobs?key=a&at=2020-01-01T00:00:00Z", List.of(), "x", Stored.of("a", "x"));
        for (String delay : List.of(
                "10M",
                "10min",
                "1.5h",
                "1h30m",
                "-5m",
                "1e3",
                "ten",
                "",
                "10%20m",
                "%D9%A1m",
                "99999999999999",
                "400d")) {
            refused("delay " + delay, "/queues/Q/jobs?key=a&delay=" + delay, 400, "delay");
        }
        refused("two delays", "/queues/Q/jobs?key=a&delay=1s&delay=2s", 400, "more than one delay");
        refused("delay and at", "/queues/Q/jobs?key=a&delay=1s&at=2030-01-01T00:00:00Z", 400, "both delay and at");
        for (String at :
                List.of("tomorrow", "2026-11-24", "2026-11-24T08:00:00", "1795892130", "2026-13-01T00:00:00Z")) {
            refused("at " + at, "/queues/Q/jobs?key=a&at=" + at, 400, "a time must be like 2026-11-24T08:00:00Z");
        }
        refused("at with raw plus", "/queues/Q/jobs?key=a&at=2026-11-24T08:00:00+01:00", 400, "write %2B");
        refused("at too late", "/queues/Q/jobs?key=a&at=2999-01-01T00:00:00Z", 400, "at most PT8784H from now");
    }

    private void ids() {
        one(
                "id",
                Q,
                List.of("Idempotency-Key: order-8"),
                "x",
                Stored.of("a", "x").id("order-8"));
        one(
                "id in UTF-8",
                Q,
                List.of("Idempotency-Key: " + latin1("Jürgen " + SMILE)),
                "x",
                Stored.of("a", "x").id("Jürgen " + SMILE));
        one(
                "id in quotes keeps them",
                Q,
                List.of("Idempotency-Key: \"8\""),
                "x",
                Stored.of("a", "x").id("\"8\""));
        one(
                "name of the header in small letters",
                Q,
                List.of("idempotency-key: 9"),
                "x",
                Stored.of("a", "x").id("9"));
        for (String name : List.of(
                "Idempotency-Keys",
                "X-Idempotency-Key",
                "IdempotencyKey",
                "Idempotency",
                "Idempotent-Key",
                "Idemptency-Key")) {
            refused(
                    "header " + name,
                    Q,
                    List.of(name + ": order-8"),
                    "x",
                    400,
                    "the id of a job is in the header Idempotency-Key");
            refused(
                    "lines, header " + name,
                    "/queues/Q/jobs",
                    List.of(NDJSON, name + ": 8"),
                    LINE,
                    400,
                    "Idempotency-Key");
        }
        refused("empty id", Q, List.of("Idempotency-Key:"), "x", 400, "1 to 256 bytes");
        refused("id in Latin-1", Q, List.of("Idempotency-Key: J\u00fcrgen"), "x", 400, "UTF-8");
        refused("long id", Q, List.of("Idempotency-Key: " + "i".repeat(257)), "x", 400, "1 to 256 bytes");
        refused(
                "two ids",
                Q,
                List.of("Idempotency-Key: a", "Idempotency-Key: b"),
                "x",
                400,
                "more than one Idempotency-Key");
        refused("large header", Q, List.of("X: " + "y".repeat(9_000)), "x", 431, "headers are too large");
    }

    private void types() {
        for (String type : List.of(
                "text/plain; charset=ISO-8859-1",
                "Application/JSON",
                "text/plain;charset=\"utf-8\"",
                "application/ndjson",
                "image/png",
                "multipart/form-data; boundary=x",
                "*/*",
                "application/*",
                "nonsense")) {
            one(
                    "type " + type,
                    Q,
                    List.of("Content-Type: " + type),
                    "x",
                    Stored.of("a", "x").type(type));
        }
        one(
                "type in UTF-8",
                Q,
                List.of("Content-Type: text/plain; title=" + latin1("ü")),
                "x",
                Stored.of("a", "x").type("text/plain; title=ü"));
        refused("unknown charset", Q, List.of("Content-Type: text/plain; charset=utf9"), "x", 415, "charset");
        refused(
                "two charsets",
                Q,
                List.of("Content-Type: text/plain; charset=utf-8; charset=latin1"),
                "x",
                415,
                "more than one charset");
        refused(
                "two types",
                Q,
                List.of("Content-Type: text/plain", "Content-Type: text/html"),
                "x",
                400,
                "more than one Content-Type");
        for (String type : List.of(
                "application/x-ndjson",
                "Application/X-NDJSON",
                "application/x-ndjson;charset=utf-8",
                "application/x-ndjson ; charset=UTF-8",
                "APPLICATION/x-ndjson; charset=\"utf-8\"",
                "application/x-ndjson;")) {
            lines("lines as " + type, List.of("Content-Type: " + type), LINE, Stored.of("k", "b"));
        }
        refused("lines in UTF-16", "/queues/Q/jobs", List.of(NDJSON + "; charset=utf-16"), LINE, 415, "always UTF-8");
        refused("lines with a key for all", Q, List.of(NDJSON), LINE, 400, "each line has a key of its own");
        refused(
                "lines without their type",
                "/queues/Q/jobs",
                List.of("Content-Type: application/json"),
                LINE,
                400,
                "or send lines with Content-Type: application/x-ndjson");
    }

    private void codings() {
        byte[] hello = Gzip.of(utf8("hello"));
        for (String coding : List.of("gzip", "GZIP", "x-gzip", "identity, gzip")) {
            coded(coding, hello, Stored.of("a", "hello"));
        }
        coded("gzip", Gzip.joined(hello, Gzip.of(utf8(" again"))), Stored.of("a", "hello again"));
        coded("gzip", Gzip.of(new byte[0]), Stored.of("a", ""));
        coded("gzip", Gzip.of(new byte[1000]), new Stored("a", new byte[1000], null, null, false));
        coded("identity", utf8("x"), Stored.of("a", "x"));
        coded("", utf8("x"), Stored.of("a", "x"));
        for (String coding : List.of("deflate", "br", "zstd", "compress", "gzip2", "utf-8", "aws-chunked")) {
            refused("coding " + coding, Q, List.of("Content-Encoding: " + coding), hello, 415, "only Content-Encoding");
        }
        refused(
                "two codings",
                Q,
                List.of("Content-Encoding: gzip, gzip"),
                Gzip.of(hello),
                400,
                "several content codings");
        refused("two headers", Q, List.of(GZIP, "Content-Encoding: br"), hello, 400, "several content codings");
        refused("not gzip", Q, List.of(GZIP), utf8("hello"), 400, "The gzip body is not gzip");
        refused("cut off", Q, List.of(GZIP), cut(hello, 1), 400, "The gzip body ends too early");
        refused("nothing", Q, List.of(GZIP), new byte[0], 400, "The gzip body ends too early");
        refused("damaged", Q, List.of(GZIP), damaged(hello), 400, "The gzip body is damaged");
        refused("something behind", Q, List.of(GZIP), Gzip.joined(hello, utf8("x")), 400, "followed by something else");
        refused(
                "too large inside",
                Q,
                List.of(GZIP),
                Gzip.of(new byte[1001]),
                413,
                "more than 1000 bytes when decoded");
        refused("bomb", Q, List.of(GZIP), Gzip.of(new byte[50_000_000]), 413, "more than 1000 bytes when decoded");
        add(
                "lines",
                "/queues/Q/jobs",
                List.of(NDJSON, GZIP),
                Gzip.of(utf8(LINE + "\n" + LINE)),
                202,
                List.of(),
                List.of(Stored.of("k", "b"), Stored.of("k", "b")));
        add(
                "lines cut off",
                "/queues/Q/jobs",
                List.of(NDJSON, GZIP),
                cut(Gzip.of(utf8(LINE + "\n" + LINE)), 3),
                400,
                List.of("The gzip body ends too early; the lines before were added"),
                List.of(Stored.of("k", "b")));
        refused(
                "lines not gzip",
                "/queues/Q/jobs",
                List.of(NDJSON, GZIP),
                utf8(LINE),
                400,
                "The gzip body is not gzip");
        refused(
                "lines behind a gzip header without end",
                "/queues/Q/jobs",
                List.of(NDJSON, GZIP),
                Gzip.joined(new byte[] {31, (byte) 139, 8, 8, 0, 0, 0, 0, 0, 0}, utf8("n".repeat(300_000))),
                413,
                "more than 20000 bytes");
        refused("lines in br", "/queues/Q/jobs", List.of(NDJSON, "Content-Encoding: br"), utf8(LINE), 415, "gzip");
        refused(
                "lines too large inside",
                "/queues/Q/jobs",
                List.of(NDJSON, GZIP),
                Gzip.of(utf8(" ".repeat(20_001))),
                413,
                "more than 20000 bytes when decoded");
        refused("transfer coding gzip", Q, List.of("Transfer-Encoding: gzip, chunked"), hello, 400, "");
    }

    private void bodies() {
        one("empty body", Q, List.of(), "", Stored.of("a", ""));
        one("emoji", Q, List.of(), SMILE, Stored.of("a", SMILE));
        one(
                "form",
                Q,
                List.of("Content-Type: application/x-www-form-urlencoded"),
                "a=%zz+b&c",
                Stored.of("a", "a=%zz+b&c"));
        one("broken JSON", Q, List.of("Content-Type: application/json"), "{\"a\":", Stored.of("a", "{\"a\":"));
        one("JSON with a mark", Q, List.of("Content-Type: application/json"), "\uFEFF{}", Stored.of("a", "\uFEFF{}"));
        one("line ends", Q, List.of(), "a\r\nb\rc\n\n", Stored.of("a", "a\r\nb\rc\n\n"));
        bytes("Latin-1", "J\u00fcrgen".getBytes(StandardCharsets.ISO_8859_1));
        bytes("UTF-16", "J\u00fcrgen".getBytes(StandardCharsets.UTF_16));
        bytes("zero bytes", new byte[1000]);
        bytes("gzip without its header", Gzip.of(utf8("hello")));
        refused("large body", Q, List.of(), new byte[1001], 413, "more than 1000 bytes");
    }

    private void lines() {
        line("text", "{\"key\":\"k\",\"body\":\"b\"}", Stored.of("k", "b").type("text/plain; charset=utf-8"));
        line(
                "JSON",
                "{\"key\":\"k\",\"body\":{\"n\": 1.50}}",
                Stored.of("k", "{\"n\": 1.50}").type("application/json"));
        line("huge number", "{\"key\":\"k\",\"body\":" + "9".repeat(300) + "}", Stored.of("k", "9".repeat(300)));
        line(
                "integer as key",
                "{\"key\":12345678901234567890123,\"body\":1}",
                Stored.of("12345678901234567890123", "1"));
        line(
                "integer as id",
                "{\"key\":\"k\",\"body\":1,\"id\":42}",
                Stored.of("k", "1").id("42"));
        line("body of null", "{\"key\":\"k\",\"body\":null}", Stored.of("k", "null"));
        line("empty text", "{\"key\":\"k\",\"body\":\"\"}", Stored.of("k", ""));
        line("escapes", "{\"key\":\"\\u00fc\",\"body\":\"\\ud83d\\udc02\\n\"}", Stored.of("ü", SMILE + "\n"));
        line("itself", "{ \"to\":\"k\", \"n\":1 }", Stored.of("k", "{ \"to\":\"k\", \"n\":1 }"));
        line("plus in a key", "{\"key\":\"+49\",\"body\":1}", Stored.of("+49", "1"));
        line(
                "delay",
                "{\"key\":\"k\",\"body\":1,\"delay\":\"10m\"}",
                Stored.of("k", "1").later());
        line(
                "delay in ms",
                "{\"key\":\"k\",\"body\":1,\"delay\":600000}",
                Stored.of("k", "1").later());
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
        lines("blank lines", List.of(NDJSON), "\n \r\n\t\n" + LINE + "\n\n", Stored.of("k", "b"));
        lines(
                "Windows line ends",
                List.of(NDJSON),
                LINE + "\r\n" + LINE + "\r\n",
                Stored.of("k", "b"),
                Stored.of("k", "b"));
        lines(
                "byte order mark",
                List.of(NDJSON),
                "\uFEFF{\"to\":\"k\"}\n{\"to\":\"l\"}",
                Stored.of("k", "{\"to\":\"k\"}"),
                Stored.of("l", "{\"to\":\"l\"}"));
        lines("byte order mark before nothing", List.of(NDJSON), "\uFEFF\n" + LINE, Stored.of("k", "b"));
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
                List.of(Stored.of("k", "b"), Stored.of("k", "b")));
        refused(
                "too many bytes",
                "/queues/Q/jobs",
                List.of(NDJSON),
                utf8("\n".repeat(20_001)),
                413,
                "more than 20000 bytes");
    }

    private static final String Q = "/queues/Q/jobs?key=a";
    private static final String LINE = "{\"key\":\"k\",\"body\":\"b\"}";

    private void key(String name, String raw, String key) {
        one("key, " + name, "/queues/Q/jobs?key=" + raw, List.of(), "x", Stored.of(key, "x"));
    }

    private void badKey(String name, String raw, String reason) {
        refused("key, " + name, "/queues/Q/jobs?key=" + raw, 400, reason);
    }

    private void coded(String coding, byte[] body, Stored stored) {
        add("coding " + coding, Q, List.of("Content-Encoding: " + coding), body, 202, List.of(), List.of(stored));
    }

    private void bytes(String name, byte[] body) {
        add("body, " + name, Q, List.of(), body, 202, List.of(), List.of(new Stored("a", body, null, null, false)));
    }

    private void line(String name, String line, Stored stored) {
        lines("line, " + name, List.of(NDJSON), line, stored);
    }

    private void badLine(String name, String line, String reason) {
        add(
                "line, " + name,
                "/queues/Q/jobs",
                List.of(NDJSON),
                utf8(line),
                422,
                List.of("\"line\":1", reason),
                List.of());
    }

    private void lines(String name, List<String> headers, String lines, Stored... stored) {
        add(
                name,
                "/queues/Q/jobs",
                headers,
                utf8(lines),
                202,
                List.of("\"accepted\":" + stored.length),
                List.of(stored));
    }

    private void one(String name, String target, List<String> headers, String body, Stored stored) {
        add(name, target, headers, utf8(body), 202, List.of(), List.of(stored));
    }

    private void refused(String name, String target, int status, String reason) {
        refused(name, target, List.of(), "x", status, reason);
    }

    private void refused(String name, String target, List<String> headers, String body, int status, String reason) {
        refused(name, target, headers, utf8(body), status, reason);
    }

    private void refused(String name, String target, List<String> headers, byte[] body, int status, String reason) {
        add(name, target, headers, body, status, List.of(reason), List.of());
    }

    private void add(
            String name,
            String target,
            List<String> headers,
            byte[] body,
            int status,
            List<String> reasons,
            List<Stored> stored) {
        cases.add(new Case(name, target, headers, body, status, reasons, stored));
    }

    static Map<String, String> settings() {
        return Map.of(
                "qbull.queues", "Q",
                "qbull.partitions", "1",
                "qbull.maxLineLength", "5000",
                "qbull.maxRequestSize", "20000",
                "qbull.maxJsonDepth", "10",
                "camel.component.qbull.maxBodySize", "1000",
                "camel.component.qbull.maxKeyLength", "64");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The characters that stand for the bytes of a text. */
    static String latin1(String text) {
        return new String(utf8(text), StandardCharsets.ISO_8859_1);
    }

    private static byte[] cut(byte[] bytes, int by) {
        return Arrays.copyOf(bytes, bytes.length - by);
    }

    private static byte[] damaged(byte[] gzip) {
        byte[] damaged = gzip.clone();
        damaged[gzip.length - 6] ^= 1;
        return damaged;
    }
}
