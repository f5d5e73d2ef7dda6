package io.qbull.ingest.file;

import io.qbull.ingest.file.Content.DamagedContent;
import io.qbull.ingest.record.FileStart;
import io.qbull.ingest.record.FileText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Opens the content of a file, as often as its reading begins again. What is decoded is decoded from the start of the file: offsets count
 * bytes of the content, and only the way there says where one lies in the file.
 */
final class ContentSource {
    private static final int CHUNK = 1 << 16;

    private final FileChannel channel;
    private final boolean gzip;
    private final FileText text;
    private final @Nullable String refusal;

    private ContentSource(FileChannel channel, boolean gzip, FileText text, byte[] start) {
        this.channel = channel;
        this.gzip = gzip;
        this.text = FileStart.markedUtf8(start) ? text.inUtf8() : text;
        this.refusal = FileStart.refusal(start, this.text);
    }

    /**
     * Looks at the start of a file.
     *
     * @param channel to the file
     * @param gzip whether it is packed
     * @param text how the files of its queue are written
     */
    static ContentSource of(FileChannel channel, boolean gzip, FileText text) throws IOException {
        ByteBuffer start = ByteBuffer.allocate(FileStart.LENGTH);
        try (Content content = unpacked(channel, gzip, 0)) {
            while (start.hasRemaining() && content.read(start) >= 0) {
                // Until there is enough.
            }
        } catch (DamagedContent e) {
            // The reading comes to the same place and says so.
        }
        return new ContentSource(channel, gzip, text, Arrays.copyOf(start.array(), start.position()));
    }

    /** How the file is written: its byte order mark counts more than the settings. */
    FileText text() {
        return text;
    }

    /** Why the file is not read; null if its start is as it should be. */
    @Nullable
    String refusal() {
        return refusal;
    }

    /** Whether offsets of the content are offsets in the file. */
    boolean plain() {
        return !gzip && !text.wide();
    }

    /**
     * @param from offset of the first byte of the content that is wanted
     */
    Content open(long from) throws IOException, DamagedContent {
        if (plain()) {
            return unpacked(channel, gzip, from);
        }
        Content unpacked = unpacked(channel, gzip, 0);
        Content content = text.wide() ? new WideContent(unpacked, text.encoding()) : unpacked;
        ByteBuffer passed = ByteBuffer.allocate(CHUNK);
        long left = from;
        while (left > 0) {
            int count = content.read(passed.clear().limit((int) Math.min(CHUNK, left)));
            if (count < 0) {
                throw new IOException("the file has become shorter");
            }
            left -= count;
        }
        return content;
    }

    private static Content unpacked(FileChannel channel, boolean gzip, long from) {
        Content plain = new PlainContent(channel, from);
        return gzip ? new GzipContent(plain) : plain;
    }
}
