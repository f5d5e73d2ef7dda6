package io.qbull.ingest.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Turns UTF-16 into UTF-8. What is not UTF-16 becomes a byte that UTF-8 does not have, so that its line is refused and others are not.
 */
final class WideContent implements Content {
    private static final int CHARS = 1 << 14;
    private static final byte NO_TEXT = (byte) 0xFF;
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private final Content wide;
    private final CharsetDecoder decoder;
    private final ByteBuffer in = ByteBuffer.allocate(2 * CHARS).flip();
    private final CharBuffer chars = CharBuffer.allocate(CHARS);
    private ByteBuffer out = ByteBuffer.allocate(0);
    private boolean begun;

    /**
     * @param wide the file from its start; closed with this
     * @param encoding one of UTF-16
     */
    WideContent(Content wide, Charset encoding) {
        this.wide = wide;
        this.decoder = encoding.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
    }

    @Override
    public int read(ByteBuffer into) throws IOException, DamagedContent {
        while (!out.hasRemaining()) {
            if (!decode() && !refill()) {
                return -1;
            }
        }
        int count = Math.min(into.remaining(), out.remaining());
        into.put(out.slice().limit(count));
        out.position(out.position() + count);
        return count;
    }

    /** Whether the bytes at hand gave text or an error. */
    private boolean decode() {
        var result = decoder.decode(in, chars.clear(), false);
        chars.flip();
        if (!begun && chars.hasRemaining()) {
            begun = true;
            // Decoders of a given byte order keep it.
            if (chars.get(chars.position()) == BYTE_ORDER_MARK) {
                chars.get();
            }
        }
        if (chars.hasRemaining()) {
            // What a decoder makes has no half surrogate pairs.
            out = StandardCharsets.UTF_8.encode(chars);
            return true;
        }
        if (result.isError()) {
            in.position(in.position() + result.length());
            out = ByteBuffer.wrap(new byte[] {NO_TEXT});
            return true;
        }
        return false;
    }

    private boolean refill() throws IOException, DamagedContent {
        in.compact();
        try {
            return wide.read(in) > 0;
        } finally {
            in.flip();
        }
    }

    @Override
    public long fileOffset() {
        return wide.fileOffset();
    }

    @Override
    public @Nullable String missing() {
        return in.hasRemaining() ? "the file ends in the middle of a character of UTF-16" : wide.missing();
    }

    @Override
    public void close() {
        wide.close();
    }
}
