package io.qbull.ingest.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/** A file as it is. */
final class PlainContent implements Content {
    private final FileChannel channel;
    private long offset;

    /**
     * @param channel to the file; stays open
     * @param from offset of the first byte to read
     */
    PlainContent(FileChannel channel, long from) {
        this.channel = channel;
        this.offset = from;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        int count = channel.read(into, offset);
        offset += Math.max(0, count);
        return count;
    }

    @Override
    public long fileOffset() {
        return offset;
    }

    @Override
    public @Nullable String missing() {
        return null;
    }

    @Override
    public void close() {
        // The channel belongs to the lock of the file.
    }
}
