package io.qbull.ingest.record;

import java.util.Arrays;

/**
 * Cuts a stream of bytes into lines. Holds at most one line, and no more of it than allowed, however long it is. A line ends with
 * LF or CRLF, the last one also with the stream. Used by one thread at a time.
 */
public final class LineSplitter {
    private static final int FIRST_CAPACITY = 1 << 12;
    /** A longer line gives its memory back at its end. */
    private static final int KEPT_CAPACITY = 1 << 16;

    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final int longest;
    private final boolean quotes;
    private final Sink sink;
    private byte[] held = new byte[FIRST_CAPACITY];
    private int size;
    private long length;
    private long offset;
    private long start;
    private long number = 1;
    private long startNumber = 1;
    private boolean quoted;
    /** Whether a quote that came next would open a quoted stretch; anywhere else it is a character like others. */
    private boolean opens = true;

    /**
     * @param longest line in bytes, without its end
     * @param quotes whether line ends between double quotes belong to the line, as in CSV (RFC 4180)
     * @param sink takes the lines
     */
    public LineSplitter(int longest, boolean quotes, Sink sink) {
        this(longest, quotes, 0, sink);
    }

    /**
     * @param longest line in bytes, without its end
     * @param quotes whether line ends between double quotes belong to the line, as in CSV (RFC 4180)
     * @param from where in its source the stream begins, at the start of a line; offsets count from the start of the source
     * @param sink takes the lines
     */
    public LineSplitter(int longest, boolean quotes, long from, Sink sink) {
        this.longest = longest;
        this.quotes = quotes;
        this.offset = from;
        this.start = from;
        this.sink = sink;
    }

    /**
     * @param bytes hold what comes next
     * @param from first
     * @param to behind the last
     */
    public void take(byte[] bytes, int from, int to) {
        int begin = from;
        for (int at = from; at < to; at++) {
            if (bytes[at] == '\n') {
                number++;
                if (!quoted) {
                    append(bytes, begin, at);
                    begin = at + 1;
                    offset += 1;
                    finish();
                }
            } else if (quotes) {
                quote(bytes[at], offset + at - begin);
            }
        }
        append(bytes, begin, to);
    }

    /**
     * A quote opens a stretch only as the first character of a cell, or right behind the quote that closed one: that is how a cell
     * writes a quote of its own. Readers of CSV see it the same way, and so find the record's end where it is found here.
     */
    private void quote(byte b, long position) {
        if (b == '"' && (quoted || opens)) {
            quoted = !quoted;
            opens = !quoted;
        } else if (!quoted) {
            opens = b == ',' || (position < BYTE_ORDER_MARK.length && b == BYTE_ORDER_MARK[(int) position]);
        }
    }

    /** The stream is over. */
    public void end() {
        if (length > 0) {
            finish();
        }
    }

    /**
     * @return bytes of memory that the line which has begun takes
     */
    public int held() {
        return size == 0 ? 0 : held.length;
    }

    private void append(byte[] bytes, int from, int to) {
        int count = to - from;
        // One more than allowed: a CR at the end does not count.
        int kept = (int) Math.min(count, Math.max(0, longest + 1L - length));
        if (size + kept > held.length) {
            held = Arrays.copyOf(held, (int) Math.min(longest + 1L, Math.max(size + kept, held.length * 2L)));
        }
        System.arraycopy(bytes, from, held, size, kept);
        size += kept;
        length += count;
        offset += count;
    }

    private void finish() {
        boolean cr = length == size && size > 0 && held[size - 1] == '\r';
        long content = cr ? length - 1 : length;
        long lineNumber = startNumber;
        long lineStart = start;
        byte[] line = content > longest ? null : Arrays.copyOf(held, (int) content);
        // First, so that a sink that throws leaves nothing of its line to the next one.
        begin();
        if (line == null) {
            sink.tooLong(lineNumber, lineStart, content);
        } else {
            sink.line(lineNumber, lineStart, line);
        }
    }

    private void begin() {
        if (held.length > KEPT_CAPACITY) {
            held = new byte[FIRST_CAPACITY];
        }
        size = 0;
        length = 0;
        start = offset;
        startNumber = number;
        quoted = false;
        opens = true;
    }

    /** Takes lines. */
    public interface Sink {
        /**
         * @param number of the line, from 1; of its first one if it has line ends in quotes
         * @param offset of its first byte in the source
         * @param line without its end
         */
        void line(long number, long offset, byte[] line);

        /**
         * @param number of the line, from 1
         * @param offset of its first byte in the source
         * @param bytes how long it is
         */
        void tooLong(long number, long offset, long bytes);
    }
}
