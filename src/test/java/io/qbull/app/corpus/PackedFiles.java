package io.qbull.app.corpus;

import static io.qbull.app.corpus.FileCase.file;

import io.qbull.testing.Gzip;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Packed files, and files that are no text at all. */
final class PackedFiles {
    private static final String P = "PLAIN";
    private static final String LINES = "{\"key\":\"k\",\"body\":1}\n{\"key\":\"k\",\"body\":2}\n";

    private PackedFiles() {}

    static Stream<FileCase> all() {
        return Stream.of(gzip(), damaged(), others()).flatMap(List::stream);
    }

    private static List<FileCase> gzip() {
        String large = "x".repeat(150_000);
        return List.of(
                file(P, "lines.jsonl.gz", packed(LINES)).json("k", "1").json("k", "2"),
                file(P, "orders.CSV.GZ", packed("to,a\n1,x\n")).json("1", "{\"to\":\"1\",\"a\":\"x\"}"),
                file(P, "573205104418.gz", packed("hello\n")).text("573205104418", "hello"),
                file(P, "large.txt.gz", packed(large + "\r\nñ\n"))
                        .text("large.txt", large)
                        .text("large.txt", "ñ"),
                file(P, "members.jsonl.gz", Gzip.joined(packed("{\"key\":\"k\",\"bo"), packed("dy\":1}\n")))
                        .json("k", "1"),
                file(P, "padded.jsonl.gz", Gzip.joined(packed(LINES), new byte[512]))
                        .json("k", "1")
                        .json("k", "2"),
                file(P, "named.jsonl.gz", withHeader(LINES)).json("k", "1").json("k", "2"),
                file(P, "nothing.jsonl.gz", packed("")),
                file(P, "no-bytes.jsonl.gz", ""),
                file("WIDE", "wide.txt.gz", Gzip.of("\uFEFFmañana\n".getBytes(StandardCharsets.UTF_16LE)))
                        .text("wide.txt", "mañana"));
    }

    private static List<FileCase> damaged() {
        byte[] whole = packed(LINES);
        byte[] wrongSum = whole.clone();
        wrongSum[whole.length - 8] ^= 1;
        byte[] wrongStart = whole.clone();
        wrongStart[10] = (byte) 0xFF;
        return List.of(
                file(P, "cut.jsonl.gz", Arrays.copyOf(whole, whole.length - 8))
                        .json("k", "1")
                        .json("k", "2")
                        .refused(3, "the gzip data ends too early"),
                file(P, "cut-header.jsonl.gz", Arrays.copyOf(whole, 5)).refused(1, "the gzip data ends too early"),
                file(P, "cut-line.txt.gz", Arrays.copyOf(packed("half a line"), packed("half a line").length - 8))
                        .refused(1, "the gzip data ends too early"),
                file(P, "wrong-sum.jsonl.gz", wrongSum)
                        .json("k", "1")
                        .json("k", "2")
                        .refused(3, "the gzip data is damaged"),
                file(P, "wrong-start.jsonl.gz", wrongStart).refused(1, "the gzip data is damaged"),
                file(P, "more.jsonl.gz", Gzip.joined(whole, "more data".getBytes(StandardCharsets.UTF_8)))
                        .json("k", "1")
                        .json("k", "2")
                        .refused(3, "other bytes follow the gzip data"),
                file(P, "not-packed.jsonl.gz", LINES).refused(1, "this is not gzip data"),
                file(P, "twice.jsonl.gz", Gzip.of(whole)).refused(1, "this is gzip data"),
                file(P, "packed.jsonl", whole).refused(1, "this is gzip data"));
    }

    private static List<FileCase> others() {
        byte[] tar = new byte[1024];
        System.arraycopy("a.txt".getBytes(StandardCharsets.UTF_8), 0, tar, 0, 5);
        System.arraycopy("ustar".getBytes(StandardCharsets.UTF_8), 0, tar, 257, 5);
        System.arraycopy("order\n".getBytes(StandardCharsets.UTF_8), 0, tar, 512, 6);
        return List.of(
                file(P, "orders.xlsx", zip()).refused(1, "a ZIP archive or a spreadsheet"),
                file(P, "orders.xls", bytes("\u00D0\u00CF\u0011\u00E0\u00A1\u00B1\u001A\u00E1\n"))
                        .refused(1, "an old Office document"),
                file(P, "orders.csv.bz2", bytes("BZh91AY&SY\n\n")).refused(1, "bzip2"),
                file(P, "orders.csv.xz", bytes("\u00FD7zXZ\0\n")).refused(1, "xz data"),
                file(P, "orders.csv.zst", bytes("(\u00B5/\u00FD\n")).refused(1, "zstd data"),
                file(P, "orders.tar", tar).refused(1, "a tar archive"),
                file(P, "orders.tgz", Gzip.of(tar)).refused(1, "this is gzip data"),
                file(P, "orders.tar.gz", Gzip.of(tar)).refused(1, "a tar archive"),
                file(P, "bill.pdf", bytes("%PDF-1.7\n%\u00E2\u00E3\n1 0 obj\n")).refused(1, "a PDF document"),
                file(P, "photo.png", bytes("\u0089PNG\r\n\u001A\n\0\0\0\rIHDR")).refused(1, "a PNG image"),
                file(P, "photo.jpg", bytes("\u00FF\u00D8\u00FF\u00E0\0\u0010JFIF\0\n"))
                        .refused(1, "a JPEG image"),
                file(P, "orders.db", bytes("SQLite format 3\0\u0010\0\n")).refused(1, "an SQLite database"),
                file(P, "program", bytes("\u007FELF\u0002\u0001\0\0\n\u0003\0\u00FF\n"))
                        .refused(1, "this is not text"));
    }

    private static byte[] bytes(String latin1) {
        return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] packed(String text) {
        return Gzip.of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** As the program gzip writes it, with the name of the file, and with all that a header may have besides. */
    private static byte[] withHeader(String text) {
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        deflater.setInput(content);
        deflater.finish();
        byte[] body = new byte[1000];
        body = Arrays.copyOf(body, deflater.deflate(body));
        deflater.end();
        CRC32 sum = new CRC32();
        sum.update(content);
        byte[] trailer = new byte[8];
        for (int n = 0; n < 4; n++) {
            trailer[n] = (byte) (sum.getValue() >>> (8 * n));
            trailer[4 + n] = (byte) (content.length >>> (8 * n));
        }
        byte[] header =
                bytes("\u001F\u008B\u0008\u001E\0\0\0\0\2\3" + "\3\0abc" + "named.jsonl\0" + "a comment\0" + "\0\0");
        return Gzip.joined(header, body, trailer);
    }

    private static byte[] zip() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("xl/workbook.xml"));
            zip.write("<workbook/>\n".getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
