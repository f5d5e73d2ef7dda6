package io.qbull.ingest.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks gzip (RFC 1952): one member after another, each with its checksum, and zeros after them. Unlike the stream of the JDK it can wait
 * for a file that grows, and tells damage from a file that ends too early.
 */
final class GzipContent implements Content {
    private static final int BUFFER = 1 << 16;
    private static final int FIXED_HEADER = 10;
    private static final int TRAILER = 8;
    /** How every header begins; the third byte names the only method of packing. */
    private static final byte[] MAGIC = {0x1F, (byte) 0x8B, 8};

    private static final int HEADER_CHECKSUM = 2;
    private static final int EXTRA = 4;
    private static final int NAME = 8;
    private static final int COMMENT = 16;
    private static final int RESERVED = 0xE0;

    private final Content packed;
    /** Packed bytes, ready to be taken. */
    private final ByteBuffer in =
            ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN).flip();

    private final Inflater inflater = new Inflater(true);
    private final CRC32 checksum = new CRC32();
    private Part part = Part.BETWEEN;
    private boolean first = true;

    private enum Part {
        /** Before a member, or after the last one. */
        BETWEEN,
        HEADER,
        BODY,
        TRAILER
    }

    /**
     * @param packed the file from its start; closed with this
     */
    GzipContent(Content packed) {
        this.packed = packed;
    }

    @Override
    public int read(ByteBuffer into) throws IOException, DamagedContent {
        while (true) {
            int count = part == Part.BODY ? inflate(into) : 0;
            if (count > 0) {
                return count;
            }
            if (!advance() && !refill()) {
                return -1;
            }
        }
    }

    /** Whether the next part was reached with the bytes at hand. */
    private boolean advance() throws DamagedContent {
        return switch (part) {
            case BETWEEN -> between();
            case HEADER -> header();
            case BODY -> bodyEnded();
            case TRAILER -> trailer();
        };
    }

    private boolean between() {
        // Some programs fill the last block of a tape or disk.
        while (!first && in.hasRemaining() && in.get(in.position()) == 0) {
            in.get();
        }
        if (in.hasRemaining()) {
            part = Part.HEADER;
            return true;
        }
        return false;
    }

    private boolean header() throws DamagedContent {
        int start = in.position();
        // By each byte that there is: what follows the last member may be shorter than a header.
        boolean right = true;
        for (int at = 0; at < Math.min(MAGIC.length, in.remaining()); at++) {
            right &= in.get(start + at) == MAGIC[at];
        }
        if (!right) {
            throw new DamagedContent(first ? "this is not gzip data" : "other bytes follow the gzip data");
        }
        if (in.remaining() < FIXED_HEADER) {
            return false;
        }
        int flags = in.get(start + 3) & 0xFF;
        if ((flags & RESERVED) != 0) {
            throw damaged();
        }
        in.position(start + FIXED_HEADER);
        if (!skipOptional(flags)) {
            if (start == 0 && in.limit() == in.capacity()) {
                throw new DamagedContent("the gzip data is damaged: its header has no end");
            }
            in.position(start);
            return false;
        }
        first = false;
        inflater.reset();
        checksum.reset();
        part = Part.BODY;
        return true;
    }

    /** Whether the bytes at hand contain the whole header. */
    private boolean skipOptional(int flags) {
        boolean whole = true;
        if ((flags & EXTRA) != 0) {
            whole = in.remaining() >= 2 && skip(2 + (in.getShort(in.position()) & 0xFFFF));
        }
        whole = whole && ((flags & NAME) == 0 || skipText());
        whole = whole && ((flags & COMMENT) == 0 || skipText());
        return whole && ((flags & HEADER_CHECKSUM) == 0 || skip(2));
    }

    private boolean skip(int bytes) {
        if (in.remaining() < bytes) {
            return false;
        }
        in.position(in.position() + bytes);
        return true;
    }

    private boolean skipText() {
        while (in.hasRemaining()) {
            if (in.get() == 0) {
                return true;
            }
        }
        return false;
    }

    private int inflate(ByteBuffer into) throws DamagedContent {
        if (inflater.finished()) {
            return 0;
        }
        int begin = into.position();
        inflater.setInput(in);
        int count;
        try {
            count = inflater.inflate(into);
        } catch (DataFormatException e) {
            throw damaged();
        }
        if (inflater.needsDictionary()) {
            throw damaged();
        }
        checksum.update(into.duplicate().limit(begin + count).position(begin));
        return count;
    }

    private boolean bodyEnded() {
        if (inflater.finished()) {
            part = Part.TRAILER;
            return true;
        }
        return false;
    }

    private boolean trailer() throws DamagedContent {
        if (in.remaining() < TRAILER) {
            return false;
        }
        boolean right = in.getInt() == (int) checksum.getValue();
        right &= in.getInt() == (int) inflater.getBytesWritten();
        if (!right) {
            throw damaged();
        }
        part = Part.BETWEEN;
        return true;
    }

    private static DamagedContent damaged() {
        return new DamagedContent("the gzip data is damaged");
    }

    private boolean refill() throws IOException, DamagedContent {
        in.compact();
        try {
            return packed.read(in) > 0;
        } finally {
            in.flip();
        }
    }

    @Override
    public long fileOffset() {
        return packed.fileOffset();
    }

    @Override
    public @Nullable String missing() {
        return part == Part.BETWEEN && !first ? null : "the gzip data ends too early: the file is not complete";
    }

    @Override
    public void close() {
        inflater.end();
        packed.close();
    }
}
