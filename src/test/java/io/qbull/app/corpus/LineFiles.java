package io.qbull.app.corpus;

import static io.qbull.app.corpus.FileCase.file;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;

import java.nio.charset.Charset;
import java.util.List;
import java.util.stream.Stream;

/** Plain text and JSON Lines. */
final class LineFiles {
    /** The longest line that the pod of the corpus takes. */
    static final int LONGEST_LINE = 200_000;

    private static final String P = "PLAIN";
    private static final String MARK = "\uFEFF";
    private static final String ENCODING_HELPS = "set qbull.queue.PLAIN.fileEncoding";

    private LineFiles() {}

    static Stream<FileCase> all() {
        return Stream.of(text(), names(), json(), badJson(), otherEncodings(), unmarkedWide())
                .flatMap(List::stream);
    }

    private static List<FileCase> text() {
        return List.of(
                file(P, "empty.txt", ""),
                file(P, "blank-lines.txt", "\n\r\n  \n\t\n"),
                file(P, "one-byte", "x").text("one-byte", "x"),
                file(P, "no-last-newline.txt", "a\nb")
                        .text("no-last-newline.txt", "a")
                        .text("no-last-newline.txt", "b"),
                file(P, "crlf.txt", "a\r\nb\r\n").text("crlf.txt", "a").text("crlf.txt", "b"),
                file(P, "mixed-ends.txt", "a\r\nb\nc")
                        .text("mixed-ends.txt", "a")
                        .text("mixed-ends.txt", "b")
                        .text("mixed-ends.txt", "c"),
                file(P, "old-mac.txt", "a\rb\rc\r").refused(1, "lines end with LF or CRLF"),
                file(P, "mark.txt", MARK + "a\n").text("mark.txt", "a"),
                file(P, "only-mark.txt", MARK),
                file(P, "mark-inside.txt", "a\n" + MARK + "b\n")
                        .text("mark-inside.txt", "a")
                        .text("mark-inside.txt", MARK + "b"),
                file(P, "blanks-kept.txt", "  a\t \n").text("blanks-kept.txt", "  a\t "),
                file(P, "controls.txt", "\u001B[1mbold\u001B[0m\n").text("controls.txt", "\u001B[1mbold\u001B[0m"),
                file(P, "scripts.txt", "mañana 😀 e\u0301 שלום 日本\n").text("scripts.txt", "mañana 😀 e\u0301 שלום 日本"),
                file(P, "zero-byte.txt", "a\nb\0c\nd\n")
                        .text("zero-byte.txt", "a")
                        .refused(2, "zero byte")
                        .text("zero-byte.txt", "d"),
                file(P, "zeros.txt", "\0".repeat(10_000)).refused(1, "zero byte"),
                file(P, "too-long.txt", "a\n" + "x".repeat(LONGEST_LINE + 1) + "\nb\n")
                        .text("too-long.txt", "a")
                        .refused(2, "the line has 200001 bytes, the longest may have 200000")
                        .text("too-long.txt", "b"),
                file(P, "longest.txt", "x".repeat(LONGEST_LINE) + "\r\n").text("longest.txt", "x".repeat(LONGEST_LINE)),
                file(P, "chunk-ends-between-cr-and-lf.txt", "x".repeat(65_535) + "\r\ny\n")
                        .text("chunk-ends-between-cr-and-lf.txt", "x".repeat(65_535))
                        .text("chunk-ends-between-cr-and-lf.txt", "y"),
                file(P, "chunk-ends-in-letter.txt", "x".repeat(65_535) + "ñ\n")
                        .text("chunk-ends-in-letter.txt", "x".repeat(65_535) + "ñ"));
    }

    private static List<FileCase> names() {
        String line = "{\"key\":\"k\",\"body\":\"x\"}\n";
        return Stream.of(
                        "with blank.jsonl",
                        "UPPER.JSONL",
                        "many.dots.in.name.ndjson",
                        "-rf.jsonl",
                        "50%25 & more?#+=.jsonl",
                        "(copy) [1].jsonl",
                        "${body} {{x}} $(x).jsonl",
                        "quote's \"name\".jsonl",
                        "orders.part.jsonl",
                        "n".repeat(222) + ".jsonl")
                .map(name -> file(P, name, line).text("k", "x"))
                .toList();
    }

    private static List<FileCase> json() {
        return List.of(
                file(P, "mark.jsonl", MARK + "{\"key\":\"k\",\"body\":\"ä\"}\r\n")
                        .text("k", "ä"),
                file(P, "half-last-line.jsonl", "{\"key\":\"k\",\"body\":1}\n{\"key\":\"k\",\"bo")
                        .json("k", "1")
                        .refused(2, "not JSON"),
                file(P, "numbers.jsonl", "{\"to\":573205104418,\"n\":12345678901234567890.1000e2}\n")
                        .json("573205104418", "{\"to\":573205104418,\"n\":12345678901234567890.1000e2}"),
                file(P, "own-blanks.jsonl", "\t{ \"to\" : \"k\" }  \n").json("k", "\t{ \"to\" : \"k\" }  "),
                file(P, "escapes.jsonl", "{\"key\":\"k\",\"body\":\"\\u00e4\\n\\ud83d\\ude00\"}\n")
                        .text("k", "ä\n😀"),
                file(P, "json-body.jsonl", "{\"key\":\"k\",\"body\":{\"a\": [1, 2]}}\n")
                        .json("k", "{\"a\": [1, 2]}"),
                file(P, "empty-body.jsonl", "{\"key\":\"k\",\"body\":\"\"}\n").text("k", ""),
                file(P, "null-body.jsonl", "{\"key\":\"k\",\"body\":null}\n").json("k", "null"),
                file(P, "blank-lines.jsonl", "\n{\"key\":\"k\",\"body\":1}\n \n{\"key\":\"k\",\"body\":2}\n")
                        .json("k", "1")
                        .json("k", "2"));
    }

    private static List<FileCase> badJson() {
        return List.of(
                file(P, "array.json", "[{\"key\":\"k\",\"body\":1}]\n").refused(1, "must be a JSON object"),
                file(P, "pretty.json", "{\n  \"key\": \"k\",\n  \"body\": 1\n}\n")
                        .refused(1, "not JSON")
                        .refused(2, "must be a JSON object")
                        .refused(3, "must be a JSON object")
                        .refused(4, "not JSON"),
                file(P, "commas.jsonl", "{\"key\":\"k\",\"body\":1},\n").refused(1, "not JSON"),
                file(P, "two.jsonl", "{\"key\":\"k\",\"body\":1}{\"key\":\"k\",\"body\":2}\n")
                        .refused(1, "more than one JSON value"),
                file(P, "twice.jsonl", "{\"key\":\"k\",\"key\":\"l\",\"body\":1}\n")
                        .refused(1, "not JSON"),
                file(P, "single-quotes.jsonl", "{'key':'k','body':1}\n").refused(1, "not JSON"),
                file(P, "comment.jsonl", "// orders\n{\"key\":\"k\",\"body\":1}\n")
                        .refused(1, "not JSON")
                        .json("k", "1"),
                file(P, "nan.jsonl", "{\"key\":\"k\",\"body\":NaN}\n").refused(1, "not JSON"),
                file(
                                P,
                                "no-key.jsonl",
                                "{\"body\":1}\n{\"key\":null,\"body\":1}\n{\"key\":\"\",\"body\":1}\n{\"a\":1}\n")
                        .refused(1, "no key: the member key is missing")
                        .refused(2, "must be a non-empty string or an integer")
                        .refused(3, "must be a non-empty string or an integer")
                        .refused(4, "no key: none of the members key, to"),
                file(P, "half-emoji.jsonl", "{\"key\":\"k\",\"body\":\"\\ud83d\"}\n")
                        .refused(1, "half of a surrogate pair"),
                file(P, "delay.jsonl", "{\"key\":\"k\",\"body\":1,\"delay\":\"soon\"}\n")
                        .refused(1, "delay is wrong"),
                file(P, "deep.jsonl", "{\"key\":\"k\",\"body\":" + "[".repeat(200) + "]".repeat(200) + "}\n")
                        .refused(1, "nested too deeply"),
                file(P, "zero-byte.jsonl", "{\"key\":\"k\",\"body\":\"a\0\"}\n{\"key\":\"k\",\"body\":2}\n")
                        .refused(1, "not JSON")
                        .json("k", "2"));
    }

    private static List<FileCase> otherEncodings() {
        String orders = "{\"key\":\"k\",\"body\":\"mañana\"}\n";
        String words = "hoy\nmañana\n";
        return List.of(
                file(P, "latin1.txt", words, ISO_8859_1)
                        .text("latin1.txt", "hoy")
                        .refused(2, ENCODING_HELPS),
                file(P, "latin1.jsonl", orders, ISO_8859_1).refused(1, ENCODING_HELPS),
                file(P, "utf16-marked.jsonl", MARK + orders, UTF_16LE)
                        .refused(1, "UTF-16: " + ENCODING_HELPS + " = UTF-16"),
                file(P, "utf16-big-marked.txt", MARK + words, UTF_16BE)
                        .refused(1, "UTF-16: " + ENCODING_HELPS + " = UTF-16"),
                file(P, "utf16.txt", words, UTF_16LE).refused(1, ENCODING_HELPS + " = UTF-16LE"),
                file(P, "utf16-big.csv", "to,word\n1,hoy\n", UTF_16BE).refused(1, ENCODING_HELPS + " = UTF-16BE"),
                file(P, "utf32.txt", MARK + words, Charset.forName("UTF-32LE")).refused(1, "this is UTF-32"),
                file(P, "overlong.txt", "a\n\u00C0\u0080\n", ISO_8859_1)
                        .text("overlong.txt", "a")
                        .refused(2, "not text in UTF-8"),
                file("WIDE", "little.jsonl", MARK + orders, UTF_16LE).text("k", "mañana"),
                file("WIDE", "big.jsonl", MARK + orders, UTF_16BE).text("k", "mañana"),
                file("WIDE", "emoji.txt", MARK + "x".repeat(16_382) + "😀\r\ny", UTF_16LE)
                        .text("emoji.txt", "x".repeat(16_382) + "😀")
                        .text("emoji.txt", "y"),
                file("WIDE", "half-emoji.txt", new byte[] {
                            -2, -1, 0, 'a', 0, '\n', (byte) 0xD8, 0, 0, 'b', 0, '\n', 0, 'c'
                        })
                        .text("half-emoji.txt", "a")
                        .refused(2, "not text in UTF-16")
                        .text("half-emoji.txt", "c"),
                file("WIDE", "odd.txt", new byte[] {-2, -1, 0, 'a', 0, '\n', 0, 'b', 0})
                        .text("odd.txt", "a")
                        .refused(2, "ends in the middle of a character"),
                file("WIDE", "eight.txt", "mañana\n").refused(1, "set qbull.queue.WIDE.fileEncoding = UTF-8"),
                file("WIDE", "eight-marked.txt", MARK + "mañana\n").text("eight-marked.txt", "mañana"),
                file("WIDE", "four.txt", MARK + words, Charset.forName("UTF-32LE"))
                        .refused(1, "this is UTF-32"),
                file("SJIS", "hello.txt", "こんにちは\nソ|表\n", Charset.forName("Shift_JIS"))
                        .text("hello.txt", "こんにちは")
                        .text("hello.txt", "ソ|表"));
    }

    /** Without a byte order mark, text in the other order of bytes is text, too, and one line. */
    private static List<FileCase> unmarkedWide() {
        String wideHelps = "it has no byte order mark: set qbull.queue.WIDE.fileEncoding = ";
        String orders = "{\"key\":\"k\",\"body\":\"mañana\"}\n";
        return List.of(
                file("WIDE", "unmarked.jsonl", orders, UTF_16LE).refused(1, wideHelps + "UTF-16LE"),
                file("WIDE", "unmarked.txt", "hoy\nmañana\n", UTF_16LE).refused(1, wideHelps + "UTF-16LE"),
                file("WIDE", "unmarked-big.jsonl", orders, UTF_16BE).refused(1, wideHelps + "UTF-16BE"),
                file("WIDE", "unmarked-big.csv", "to,a\n1,mañana\n", UTF_16BE).refused(1, wideHelps + "UTF-16BE"),
                file("WIDE", "unmarked-kana.txt", "こんにちは\nこんばんは\n", UTF_16LE)
                        .refused(1, wideHelps + "UTF-16LE or UTF-16BE, as it was written"),
                file("WIDE", "one-unmarked-byte.txt", new byte[] {(byte) 0xE9})
                        .refused(1, "ends in the middle of a character"),
                file("LITTLE", "unmarked.jsonl", orders, UTF_16LE).text("k", "mañana"),
                file("LITTLE", "marked.jsonl", MARK + orders, UTF_16LE).text("k", "mañana"),
                file("LITTLE", "kana.txt", "こんにちは\n一二\n", UTF_16LE)
                        .text("kana.txt", "こんにちは")
                        .text("kana.txt", "一二"),
                file("LITTLE", "big.jsonl", orders, UTF_16BE)
                        .refused(1, "looks like UTF-16BE: set qbull.queue.LITTLE.fileEncoding = UTF-16BE"),
                file("LITTLE", "big-marked.txt", MARK + "こんにちは\n", UTF_16BE)
                        .refused(1, "looks like UTF-16BE: set qbull.queue.LITTLE.fileEncoding = UTF-16BE"));
    }
}
