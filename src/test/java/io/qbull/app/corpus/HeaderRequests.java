package io.qbull.app.corpus;

import io.qbull.testing.Gzip;
import java.util.Arrays;
import java.util.List;

/** Ids, media types and content codings in the headers. */
final class HeaderRequests extends Requests {
    private static final String GZIP = "Content-Encoding: gzip";

    HeaderRequests() {
        ids();
        types();
        codings();
    }

    private void ids() {
        one(
                "id",
                Q,
                List.of("Idempotency-Key: order-8"),
                "x",
                StoredJob.of("a", "x").id("order-8"));
        one(
                "id in UTF-8",
                Q,
                List.of("Idempotency-Key: " + latin1("Jürgen " + SMILE)),
                "x",
                StoredJob.of("a", "x").id("Jürgen " + SMILE));
        one(
                "id in quotes keeps them",
                Q,
                List.of("Idempotency-Key: \"8\""),
                "x",
                StoredJob.of("a", "x").id("\"8\""));
        one(
                "name of the header in small letters",
                Q,
                List.of("idempotency-key: 9"),
                "x",
                StoredJob.of("a", "x").id("9"));
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
                    StoredJob.of("a", "x").type(type));
        }
        one(
                "type in UTF-8",
                Q,
                List.of("Content-Type: text/plain; title=" + latin1("ü")),
                "x",
                StoredJob.of("a", "x").type("text/plain; title=ü"));
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
            lines("lines as " + type, List.of("Content-Type: " + type), LINE, StoredJob.of("k", "b"));
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
            coded(coding, hello, StoredJob.of("a", "hello"));
        }
        coded("gzip", Gzip.joined(hello, Gzip.of(utf8(" again"))), StoredJob.of("a", "hello again"));
        coded("gzip", Gzip.of(new byte[0]), StoredJob.of("a", ""));
        coded("gzip", Gzip.of(new byte[1000]), new StoredJob("a", new byte[1000], null, null, false));
        coded("identity", utf8("x"), StoredJob.of("a", "x"));
        coded("", utf8("x"), StoredJob.of("a", "x"));
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
                List.of(StoredJob.of("k", "b"), StoredJob.of("k", "b")));
        add(
                "lines cut off",
                "/queues/Q/jobs",
                List.of(NDJSON, GZIP),
                cut(Gzip.of(utf8(LINE + "\n" + LINE)), 3),
                400,
                List.of("The gzip body ends too early; the lines before were added"),
                List.of(StoredJob.of("k", "b")));
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

    private static byte[] cut(byte[] bytes, int by) {
        return Arrays.copyOf(bytes, bytes.length - by);
    }

    private static byte[] damaged(byte[] gzip) {
        byte[] damaged = gzip.clone();
        damaged[gzip.length - 6] ^= 1;
        return damaged;
    }
}
