package io.qbull.ingest.file;

import io.qbull.ingest.record.GzipDecoder;
import io.qbull.ingest.record.MalformedContent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Unpacks gzip: one member after another, and zeros after them. Can wait for a file that grows. */
final class GzipContent implements Content {
    private static final int BUFFER = 1 << 16;

    private final Content packed;
    private final GzipDecoder decoder = new GzipDecoder(true);
    private final ByteBuffer in = ByteBuffer.allocate(BUFFER);
    private final byte[] piece = new byte[BUFFER];

    /**
     * @param packed the file from its start; closed with this
     */
    GzipContent(Content packed) {
        this.packed = packed;
    }

    @Override
    public int read(ByteBuffer into) throws IOException, DamagedContent {
        while (true) {
            int count = decode(Math.min(into.remaining(), piece.length));
            if (count > 0) {
                into.put(piece, 0, count);
                return count;
            }
            if (decoder.unfinishedHeader() >= BUFFER) {
                throw new DamagedContent("the gzip data is damaged: its header has no end");
            }
            if (packed.read(in.clear()) <= 0) {
                return -1;
            }
            decoder.give(Arrays.copyOf(in.array(), in.position()));
        }
    }

    private int decode(int most) throws DamagedContent {
        try {
            return decoder.read(piece, most);
        } catch (MalformedContent e) {
            throw new DamagedContent(
                    switch (e.kind()) {
                        case NOT_CODED -> "this is not gzip data";
                        case DAMAGED -> "the gzip data is damaged";
                        case CUT_OFF -> "the gzip data ends too early";
                        case FOLLOWED -> "other bytes follow the gzip data";
                    });
        }
    }

    @Override
    public long fileOffset() {
        return packed.fileOffset();
    }

    @Override
    public @Nullable String missing() {
        return decoder.complete() ? null : "the gzip data ends too early: the file is not complete";
    }

    @Override
    public void close() {
        decoder.close();
        packed.close();
    }
}
