package io.qbull.ingest.record;

import io.qbull.model.Utf8;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Judges by the first bytes of a file whether it is text in the encoding of its queue. Single lines of another kind of file could pass as
 * text, so such a file is refused as a whole. Pure.
 */
public final class FileStart {
    /** So many bytes are judged, if the file has them. */
    public static final int LENGTH = 8_000;

    private static final int TAR_MARK = 257;

    /**
     * @param at where its bytes lie
     * @param bytes as ISO 8859-1
     * @param what such a file is
     */
    private record Mark(int at, String bytes, String what) {
        boolean in(byte[] start) {
            if (start.length < at + bytes.length()) {
                return false;
            }
            for (int n = 0; n < bytes.length(); n++) {
                if ((start[at + n] & 0xFF) != bytes.charAt(n)) {
                    return false;
                }
            }
            return true;
        }
    }

    private static final List<Mark> MARKS = List.of(
            new Mark(0, "\u001F\u008B", "gzip data, of which only a file NAME.gz is unpacked"),
            new Mark(0, "PK\u0003\u0004", "a ZIP archive or a spreadsheet; unpack it, or export it as CSV"),
            new Mark(4, "1AY&SY", "bzip2 data; unpack it, or use gzip"),
            new Mark(0, "\u00FD7zXZ\0", "xz data; unpack it, or use gzip"),
            new Mark(0, "(\u00B5/\u00FD", "zstd data; unpack it, or use gzip"),
            new Mark(0, "7z\u00BC\u00AF", "a 7z archive; unpack it"),
            new Mark(0, "Rar!\u001A", "a RAR archive; unpack it"),
            new Mark(0, "%PDF-", "a PDF document"),
            new Mark(0, "\u0089PNG\r\n", "a PNG image"),
            new Mark(0, "\u00FF\u00D8\u00FF", "a JPEG image"),
            new Mark(0, "\u00D0\u00CF\u0011\u00E0", "an old Office document; export it as CSV"),
            new Mark(0, "SQLite format 3\0", "an SQLite database"),
            new Mark(TAR_MARK, "ustar", "a tar archive; unpack it"));

    private FileStart() {}

    /**
     * @param start the first bytes of a file, unpacked
     * @param text how the file should be written
     * @return why it is not read; null if nothing is wrong with it
     */
    public static @Nullable String refusal(byte[] start, FileText text) {
        for (Mark mark : MARKS) {
            if (mark.in(start)) {
                return "nothing was read: this is " + mark.what;
            }
        }
        String wrong = utf32(start) ? "this is UTF-32; convert it to UTF-8" : misread(start, text);
        return wrong == null ? null : "nothing was read: " + wrong;
    }

    /**
     * @param start the first bytes of a file
     * @return whether it begins with the byte order mark of UTF-8
     */
    public static boolean markedUtf8(byte[] start) {
        return new Mark(0, "\u00EF\u00BB\u00BF", "").in(start);
    }

    private static boolean utf32(byte[] start) {
        return new Mark(0, "\u00FF\u00FE\0\0", "").in(start) || new Mark(0, "\0\0\u00FE\u00FF", "").in(start);
    }

    private static @Nullable String misread(byte[] start, FileText text) {
        if (text.wide()) {
            return notWide(start, text);
        }
        String wrong = wide(start, text);
        return wrong == null && text.singleByte() && lettersOfUtf8(start)
                ? "its letters are UTF-8, not " + text.encoding() + ": " + text.setEncoding("UTF-8")
                : wrong;
    }

    /** What is wrong with text that should consist of single bytes. */
    private static @Nullable String wide(byte[] start, FileText text) {
        if (markedOrder(start) != null) {
            return "this is UTF-16: " + text.setEncoding(StandardCharsets.UTF_16.name());
        }
        Charset order = orderByZeros(start);
        if (order != null) {
            return "this looks like UTF-16: " + text.setEncoding(order.name());
        }
        return has(start, b -> b == 0) && !Utf8.wellFormed(whole(start)) ? "this is not text: it has zero bytes" : null;
    }

    /** What is wrong with text that should consist of pairs of bytes. In the wrong order they would be text, too, and one line. */
    private static @Nullable String notWide(byte[] start, FileText text) {
        if (start.length > 0 && !has(start, b -> b == 0) && Utf8.wellFormed(whole(start))) {
            return "this is not " + text.encoding() + " but looks like UTF-8: " + text.setEncoding("UTF-8");
        }
        Charset marked = markedOrder(start);
        Charset order = marked != null ? marked : orderByZeros(start);
        if (text.encoding().equals(StandardCharsets.UTF_16)) {
            return marked != null || start.length < 2
                    ? null
                    : "it has no byte order mark: "
                            + text.setEncoding(
                                    order != null ? order.name() : "UTF-16LE or UTF-16BE, as it was written");
        }
        return order == null || order.equals(text.encoding())
                ? null
                : "this is not " + text.encoding() + " but looks like " + order + ": " + text.setEncoding(order.name());
    }

    /** The order of the bytes of UTF-16 that a mark at the start tells; null = there is none. */
    private static @Nullable Charset markedOrder(byte[] start) {
        if (new Mark(0, "\u00FF\u00FE", "").in(start)) {
            return StandardCharsets.UTF_16LE;
        }
        return new Mark(0, "\u00FE\u00FF", "").in(start) ? StandardCharsets.UTF_16BE : null;
    }

    /** The order of the bytes of UTF-16, of which those of most scripts have a zero in each letter or blank; null = it cannot be seen. */
    private static @Nullable Charset orderByZeros(byte[] start) {
        int[] zeros = new int[2];
        for (int at = 0; at < start.length; at++) {
            zeros[at & 1] += start[at] == 0 ? 1 : 0;
        }
        int most = Math.max(zeros[0], zeros[1]);
        if (most * 5 <= start.length || most != zeros[0] + zeros[1]) {
            return null;
        }
        return most == zeros[0] ? StandardCharsets.UTF_16BE : StandardCharsets.UTF_16LE;
    }

    private static boolean lettersOfUtf8(byte[] start) {
        return has(start, b -> b < 0) && Utf8.wellFormed(whole(start));
    }

    private static boolean has(byte[] start, IntPredicate which) {
        for (byte b : start) {
            if (which.test(b)) {
                return true;
            }
        }
        return false;
    }

    /** Without a character that the end of the part may have cut. */
    private static byte[] whole(byte[] start) {
        if (start.length < LENGTH) {
            return start;
        }
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer bytes = ByteBuffer.wrap(start);
        CoderResult result = decoder.decode(bytes, CharBuffer.allocate(start.length), false);
        // At an error nothing is cut, so that it stays one.
        return result.isError() ? start : Arrays.copyOf(start, bytes.position());
    }
}
