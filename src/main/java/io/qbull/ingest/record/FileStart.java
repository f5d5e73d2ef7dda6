package io.qbull.ingest.record;

import io.qbull.model.Utf8;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Judges by the first bytes of a file whether it is text in the encoding of its queue. Single lines of another kind of file could pass as
 * text, so such a file is refused as a whole. Pure.
 */
public final class FileStart {
    /** So many bytes are judged, if the file has them. */
    public static final int LENGTH = 8_000;

    private static final int TAR_MARK = 257;
    private static final String UTF_16 = "UTF-16";

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
        String wrong = text.wide() ? notWide(start, text) : wide(start, text);
        if (wrong == null && text.singleByte() && lettersOfUtf8(start)) {
            wrong = "its letters are UTF-8, not " + text.encoding() + ": " + text.setEncoding("UTF-8");
        }
        return wrong == null ? null : "nothing was read: " + wrong;
    }

    /**
     * @param start the first bytes of a file
     * @return whether it begins with the byte order mark of UTF-8
     */
    public static boolean markedUtf8(byte[] start) {
        return new Mark(0, "\u00EF\u00BB\u00BF", "").in(start);
    }

    /** What is wrong with text that should consist of single bytes. */
    private static @Nullable String wide(byte[] start, FileText text) {
        if (new Mark(0, "\u00FF\u00FE\0\0", "").in(start) || new Mark(0, "\0\0\u00FE\u00FF", "").in(start)) {
            return "this is UTF-32; convert it to UTF-8";
        }
        if (new Mark(0, "\u00FF\u00FE", "").in(start) || new Mark(0, "\u00FE\u00FF", "").in(start)) {
            return "this is UTF-16: " + text.setEncoding(UTF_16);
        }
        int[] zeros = new int[2];
        for (int at = 0; at < start.length; at++) {
            zeros[at & 1] += start[at] == 0 ? 1 : 0;
        }
        int most = Math.max(zeros[0], zeros[1]);
        if (most * 5 > start.length && most == zeros[0] + zeros[1]) {
            return "this looks like UTF-16: " + text.setEncoding(most == zeros[0] ? "UTF-16BE" : "UTF-16LE");
        }
        return most > 0 && !Utf8.wellFormed(whole(start)) ? "this is not text: it has zero bytes" : null;
    }

    /** What is wrong with text that should consist of pairs of bytes. */
    private static @Nullable String notWide(byte[] start, FileText text) {
        for (byte b : start) {
            if (b == 0) {
                return null;
            }
        }
        return start.length > 0 && Utf8.wellFormed(whole(start))
                ? "this is not " + text.encoding() + " but looks like UTF-8: " + text.setEncoding("UTF-8")
                : null;
    }

    private static boolean lettersOfUtf8(byte[] start) {
        for (byte b : start) {
            if (b < 0) {
                return Utf8.wellFormed(whole(start));
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
