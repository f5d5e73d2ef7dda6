package io.qbull.ingest.record;

import io.qbull.model.Printable;
import io.qbull.model.QueueName;
import io.qbull.model.Utf8;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Set;

/**
 * How the files of a queue are written.
 *
 * @param queue that has the files
 * @param encoding of their text
 * @param separator of the cells of their CSV
 */
public record FileText(QueueName queue, Charset encoding, char separator) {
    /** The option of a queue that names the encoding. */
    public static final String ENCODING = "fileEncoding";
    /** The option of a queue that names the separator. */
    public static final String SEPARATOR = "csvSeparator";

    private static final Set<Charset> WIDE =
            Set.of(StandardCharsets.UTF_16, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE);

    /**
     * @param queue that has the files
     * @return UTF-8 and commas
     */
    public static FileText preset(QueueName queue) {
        return new FileText(queue, StandardCharsets.UTF_8, ',');
    }

    /**
     * @param name of an encoding
     * @return the encoding
     * @throws IllegalArgumentException with the rule, if there is none of that name or its files cannot be cut into lines
     */
    public static Charset encoding(String name) {
        Charset charset;
        try {
            charset = Charset.forName(name);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            throw new IllegalArgumentException("must be an encoding such as UTF-8, UTF-16, windows-1252 or Shift_JIS");
        }
        if (!WIDE.contains(charset) && !extendsAscii(charset)) {
            throw new IllegalArgumentException("must be UTF-16 or an encoding that extends ASCII");
        }
        return charset;
    }

    /**
     * @param name a character, or {@code tab}
     * @return the separator
     * @throws IllegalArgumentException with the rule, if it is none
     */
    public static char separator(String name) {
        return switch (name) {
            case "," -> ',';
            case ";" -> ';';
            case "|" -> '|';
            case "tab" -> '\t';
            default -> throw new IllegalArgumentException("must be one of , ; | tab");
        };
    }

    /** Then line ends and quotes are single bytes, and no byte of another character looks like one. */
    private static boolean extendsAscii(Charset charset) {
        byte[] ascii = new byte[128];
        for (int code = 0; code < ascii.length; code++) {
            ascii[code] = (byte) code;
        }
        return new String(ascii, charset).equals(new String(ascii, StandardCharsets.US_ASCII));
    }

    /** The same for a file that says that it is UTF-8. */
    public FileText inUtf8() {
        return new FileText(queue, StandardCharsets.UTF_8, separator);
    }

    /** Whether its units are pairs of bytes. */
    public boolean wide() {
        return WIDE.contains(encoding);
    }

    /** Whether each character is one byte. */
    boolean singleByte() {
        return encoding.canEncode() && encoding.newEncoder().maxBytesPerChar() == 1;
    }

    boolean utf8() {
        return encoding.equals(StandardCharsets.UTF_8);
    }

    /**
     * @param line as the file has it; of UTF-16 as UTF-8
     * @return the line in UTF-8
     * @throws RefusedRecord if it is no text in the encoding of its file
     */
    byte[] decoded(byte[] line) throws RefusedRecord {
        if (utf8() || wide()) {
            if (Utf8.wellFormed(line)) {
                return line;
            }
            throw new RefusedRecord("not text in " + encoding + "; if it is another encoding, "
                    + setEncoding(utf8() ? "windows-1252" : "UTF-8") + ", for example");
        }
        try {
            return encoding.newDecoder()
                    .decode(ByteBuffer.wrap(line))
                    .toString()
                    .getBytes(StandardCharsets.UTF_8);
        } catch (CharacterCodingException e) {
            throw new RefusedRecord("not text in " + encoding + ", which " + ENCODING + " names");
        }
    }

    /** What a person can set if the encoding is another one. */
    String setEncoding(String to) {
        return "set " + option(ENCODING) + " = " + to;
    }

    /** What a person can set if the separator is another one. */
    String setSeparator(char to) {
        return "set " + option(SEPARATOR) + " = " + (to == '\t' ? "tab" : String.valueOf(to));
    }

    private String option(String name) {
        return "qbull.queue." + Printable.of(queue.value()) + "." + name;
    }
}
