package io.qbull.model;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Tells what UTF-8 can carry. The JDK's shortcuts replace what it cannot, half of a surrogate pair in a text or an ill-formed sequence of
 * bytes, and so make one key out of two, or another body than the one that was sent. Pure.
 */
public final class Utf8 {
    /** The length of a text that UTF-8 cannot carry. */
    public static final long UNPAIRED = -1;

    private Utf8() {}

    /**
     * @param text any text
     * @return bytes of UTF-8; {@link #UNPAIRED} if the text has half of a surrogate pair
     */
    public static long length(String text) {
        long bytes = 0;
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c < 0x80) {
                bytes++;
            } else if (c < 0x800) {
                bytes += 2;
            } else if (!Character.isSurrogate(c)) {
                bytes += 3;
            } else if (Character.isHighSurrogate(c)
                    && at + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(at + 1))) {
                bytes += 4;
                at++;
            } else {
                return UNPAIRED;
            }
        }
        return bytes;
    }

    /**
     * @param text any text
     * @return whether UTF-8 can carry it
     */
    public static boolean encodable(String text) {
        return length(text) != UNPAIRED;
    }

    /**
     * @param bytes any bytes
     * @return whether they are well-formed UTF-8: without surrogates, and no character longer than it must be
     */
    public static boolean wellFormed(byte[] bytes) {
        return ascii(bytes) || decodes(bytes);
    }

    private static boolean ascii(byte[] bytes) {
        for (byte b : bytes) {
            if (b < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean decodes(byte[] bytes) {
        try {
            var unused = decode(bytes);
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /**
     * @param bytes any bytes
     * @return the text
     * @throws CharacterCodingException if they are not well-formed UTF-8
     */
    public static String decode(byte[] bytes) throws CharacterCodingException {
        if (ascii(bytes)) {
            // Most texts; a decoder costs several times as much as such a text.
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }
}
