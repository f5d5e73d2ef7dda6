package io.qbull.ingest.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads the parts of a request's target. */
final class PercentEncoding {
    private PercentEncoding() {}

    /** Decodes percent-encoding and plus signs. Invalid UTF-8 is refused, not replaced. */
    static String decode(String text) throws ProblemException {
        ByteBuffer bytes = ByteBuffer.allocate(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                bytes.put((byte) hex(text, i + 1));
                i += 2;
            } else {
                // The server passes a raw byte as the char with that number.
                bytes.put(c == '+' ? (byte) ' ' : (byte) c);
            }
        }
        return utf8(bytes.flip(), "The query is not percent-encoded UTF-8");
    }

    /**
     * @param bytes of a text
     * @param otherwise the reason for a refusal
     * @throws ProblemException if the bytes are not UTF-8
     */
    static String utf8(ByteBuffer bytes, String otherwise) throws ProblemException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw ProblemException.bad(otherwise);
        }
    }

    private static int hex(String text, int at) throws ProblemException {
        int high = at + 1 < text.length() ? Character.digit(text.charAt(at), 16) : -1;
        int low = high >= 0 ? Character.digit(text.charAt(at + 1), 16) : -1;
        if (low < 0) {
            throw ProblemException.bad(
                    "The query has a % without two hexadecimal digits; write %25 for a percent sign");
        }
        return high * 16 + low;
    }
}
