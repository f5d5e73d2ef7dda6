package io.qbull.ingest.record;

import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Decodes gzip (RFC 1952): one member or several, as {@code cat a.gz b.gz} and parallel compressors write them. Checks the checksum and
 * the length of each member, and that nothing but members follows. Unlike the stream of the JDK it takes the bytes as they come, and tells
 * damage from an end that is too early.
 */
public final class GzipDecoder implements ContentDecoder {
    private static final int[] MAGIC = {0x1F, 0x8B, 8};
    private static final int HAS_CRC = 2;
    private static final int HAS_EXTRA = 4;
    private static final int HAS_NAME = 8;
    private static final int HAS_COMMENT = 16;
    private static final int RESERVED = 0xE0;
    private static final int TRAILER = 8;

    private final boolean padded;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private byte[] bytes = new byte[0];
    private int at;
    private Part part = Part.START;
    /** Bytes of the part that have been read. */
    private int done;
    /** Bytes of the header that have been read. */
    private long header;

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

    /**
     * @param padded whether zeros may follow the last member, as in the last block of a tape or disk
     */
    public GzipDecoder(boolean padded) {
        this.padded = padded;
    }

    @Override
    public void give(byte[] next) {
        bytes = next;
        at = 0;
    }

    @Override
    public int read(byte[] target, int most) throws MalformedContent {
        while (true) {
            if (part == Part.DATA) {
                int count = inflate(target, most);
                if (count > 0 || part == Part.DATA) {
                    return count;
                }
            } else if (at == bytes.length) {
                return 0;
            } else {
                outside(bytes[at++] & 0xFF);
            }
        }
    }

    /**
     * @return how many bytes of the header of a member were read of which the end was not; its names may have any length
     */
    public long unfinishedHeader() {
        return part == Part.DATA || part == Part.END ? 0 : header;
    }

    /**
     * @return whether the bytes may end here: there is a member, and the last one is complete
     */
    public boolean complete() {
        return any && part == Part.START && done == 0;
    }

    @Override
    public void end() throws MalformedContent {
        if (!complete()) {
            throw new MalformedContent(MalformedContent.Kind.CUT_OFF, "ends too early");
        }
    }

    @Override
    public void close() {
        inflater.end();
        bytes = new byte[0];
        at = 0;
    }

    private int inflate(byte[] target, int most) throws MalformedContent {
        try {
            inflater.setInput(bytes, at, bytes.length - at);
            int count = inflater.inflate(target, 0, most);
            at = bytes.length - inflater.getRemaining();
            crc.update(target, 0, count);
            if (inflater.finished()) {
                next(Part.END);
            } else if (inflater.needsDictionary()) {
                throw damaged("is damaged");
            }
            return count;
        } catch (DataFormatException e) {
            throw damaged("is damaged");
        }
    }

    /** Takes one byte outside the data. */
    private void outside(int b) throws MalformedContent {
        header++;
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
        if (padded && complete() && b == 0) {
            header = 0;
            return;
        }
        if (done < MAGIC.length && b != MAGIC[done]) {
            throw any
                    ? new MalformedContent(MalformedContent.Kind.FOLLOWED, "is followed by something else")
                    : new MalformedContent(MalformedContent.Kind.NOT_CODED, "is not gzip");
        }
        if (done == MAGIC.length) {
            flags = b;
            if ((flags & RESERVED) != 0) {
                throw damaged("is damaged");
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
            throw damaged("is damaged: its checksum is another one");
        }
        any = true;
        crc.reset();
        inflater.reset();
        header = 0;
        next(Part.START);
    }

    private static MalformedContent damaged(String reason) {
        return new MalformedContent(MalformedContent.Kind.DAMAGED, reason);
    }

    private void next(Part following) {
        part = following;
        done = 0;
        number = 0;
    }
}
