package io.qbull.ingest.http;

import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Decodes gzip (RFC 1952): one member or several, as {@code cat a.gz b.gz} and parallel compressors write them. Checks the checksum and
 * the length of each member, and that nothing but members follows.
 */
final class GzipDecoder implements ContentDecoder {
    private static final int[] MAGIC = {0x1F, 0x8B, 8};
    private static final int HAS_CRC = 2;
    private static final int HAS_EXTRA = 4;
    private static final int HAS_NAME = 8;
    private static final int HAS_COMMENT = 16;
    private static final int RESERVED = 0xE0;
    private static final int TRAILER = 8;

    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private byte[] bytes = new byte[0];
    private int at;
    private Part part = Part.START;
    /** Bytes of the part that have been read. */
    private int done;

    private int flags;
    private int extra;
    private long number;
    private boolean any;

    /** The parts of a member, in their order. */
    private enum Part {
        START,
        EXTRA_LENGTH,
        EXTRA,
        NAME,
        COMMENT,
        HEADER_CRC,
        DATA,
        END
    }

    @Override
    public void give(byte[] next) {
        bytes = next;
        at = 0;
    }

    @Override
    public int read(byte[] target) throws MalformedContent {
        while (true) {
            if (part == Part.DATA) {
                int count = inflate(target);
                if (count > 0 || part == Part.DATA) {
                    return count;
                }
            } else if (at == bytes.length) {
                return 0;
            } else {
                header(bytes[at++] & 0xFF);
            }
        }
    }

    @Override
    public void end() throws MalformedContent {
        if (!any || part != Part.START || done > 0) {
            throw new MalformedContent("ends too early");
        }
    }

    @Override
    public void close() {
        inflater.end();
        bytes = new byte[0];
        at = 0;
    }

    private int inflate(byte[] target) throws MalformedContent {
        try {
            inflater.setInput(bytes, at, bytes.length - at);
            int count = inflater.inflate(target);
            at = bytes.length - inflater.getRemaining();
            crc.update(target, 0, count);
            if (inflater.finished()) {
                next(Part.END);
            } else if (inflater.needsDictionary()) {
                throw new MalformedContent("is damaged");
            }
            return count;
        } catch (DataFormatException e) {
            throw new MalformedContent("is damaged");
        }
    }

    /** Takes one byte outside the data. */
    private void header(int b) throws MalformedContent {
        switch (part) {
            case START -> start(b);
            case EXTRA_LENGTH -> {
                extra |= b << (8 * done++);
                if (done == 2) {
                    next(extra == 0 ? after(Part.EXTRA) : Part.EXTRA);
                }
            }
            case EXTRA -> {
                if (++done == extra) {
                    next(after(Part.EXTRA));
                }
            }
            case NAME, COMMENT -> {
                if (b == 0) {
                    next(after(part));
                }
            }
            case HEADER_CRC -> {
                if (++done == 2) {
                    next(Part.DATA);
                }
            }
            case END -> trailer(b);
            case DATA -> throw new IllegalStateException("data is inflated");
        }
    }

    private void start(int b) throws MalformedContent {
        if (done < MAGIC.length && b != MAGIC[done]) {
            throw new MalformedContent(any ? "is followed by something else" : "is not gzip");
        }
        if (done == MAGIC.length) {
            flags = b;
            if ((flags & RESERVED) != 0) {
                throw new MalformedContent("is damaged");
            }
        }
        // Time (4 bytes), extra flags and system follow and do not matter.
        if (++done == 10) {
            extra = 0;
            next(after(Part.START));
        }
    }

    /** Which part comes after one, as the flags of the member say. */
    private Part after(Part before) {
        if (before == Part.START && (flags & HAS_EXTRA) != 0) {
            return Part.EXTRA_LENGTH;
        }
        if (before.compareTo(Part.NAME) < 0 && (flags & HAS_NAME) != 0) {
            return Part.NAME;
        }
        if (before.compareTo(Part.COMMENT) < 0 && (flags & HAS_COMMENT) != 0) {
            return Part.COMMENT;
        }
        return (flags & HAS_CRC) != 0 ? Part.HEADER_CRC : Part.DATA;
    }

    private void trailer(int b) throws MalformedContent {
        number |= (long) b << (8 * done++);
        if (done < TRAILER) {
            return;
        }
        // The length comes behind the checksum, both with the lowest byte first.
        long length = inflater.getBytesWritten() & 0xFFFFFFFFL;
        if ((number & 0xFFFFFFFFL) != crc.getValue() || number >>> 32 != length) {
            throw new MalformedContent("is damaged: its checksum is another one");
        }
        any = true;
        crc.reset();
        inflater.reset();
        next(Part.START);
    }

    private void next(Part following) {
        part = following;
        done = 0;
        number = 0;
    }
}
