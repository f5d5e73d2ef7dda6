package io.qbull.ingest.record;

import java.util.Arrays;

/**
 * Cuts a stream of bytes into lines. Buffers at most one line, up to the longest length allowed. A line ends with LF or CRLF, the last
 * one also with the stream. Used by one thread at a time.
 */
public final class LineSplitter {
    /** Stands for the separator where quotes are ordinary characters. */
    public static final char NO_CELLS = 0;

    private static final int FIRST_CAPACITY = 1 << 12;
    /** A buffer grown beyond this is dropped at the end of its line. */
    private static final int KEPT_CAPACITY = 1 << 16;

    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final int longest;
    private final char separator;
    private final Sink sink;
    private byte[] buffer = new byte[FIRST_CAPACITY];
    private int size;
    private long length;
    private long offset;
    private long start;
    private long number = 1;
    private long startNumber = 1;
    private boolean quoted;
    /** Whether a quote as the next character would open a quoted section; elsewhere it is an ordinary character. */
    private boolean opens = true;

    /**
     * @param longest line in bytes, without its end
     * @param quotes whether line ends between double quotes belong to the line, as in CSV (RFC 4180) with commas
     * @param sink takes the lines
     */
    public LineSplitter(int longest, boolean quotes, Sink sink) {
        this(longest, quotes ? ',' : NO_CELLS, 0, sink);
    }

    /**
     * @param longest line in bytes, without its end
     * @param separator of the cells, if line ends between double quotes belong to the line, as in CSV (RFC 4180); else {@link #NO_CELLS}
     * @param from offset in the source at which the stream begins, at the start of a line; reported offsets count from the start of the source
     * @param sink takes the lines
     */
    public LineSplitter(int longest, char separator, long from, Sink sink) {
        this.longest = longest;
        this.separator = separator;
        this.offset = from;
        this.start = from;
        this.sink = sink;
    }

    /**
     * @param bytes that contain the next part of the stream
     * @param from index of its first byte
     * @param to index after its last byte
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
            } else if (separator != NO_CELLS) {
                quote(bytes[at], offset + at - begin);
            }
        }
        append(bytes, begin, to);
    }

    /**
     * A quote opens a quoted section only as the first character of a cell, or directly after the quote that closed one, which is how a
     * cell escapes a quote. CSV parsers do the same, so they find the end of a record where this class does.
     */
    private void quote(byte b, long position) {
        if (b == '"' && (quoted || opens)) {
            quoted = !quoted;
            opens = !quoted;
        } else if (!quoted) {
            opens = b == separator || (position < BYTE_ORDER_MARK.length && b == BYTE_ORDER_MARK[(int) position]);
        }
    }

    /** The stream has ended. */
    public void end() {
        if (length > 0) {
            finish();
        }
    }

    /**
     * @return the number of the unfinished line
     */
    public long number() {
        return startNumber;
    }

    /**
     * @return the offset of the first byte of the unfinished line
     */
    public long start() {
        return start;
    }

    /**
     * @return memory of the unfinished line, in bytes
     */
    public int buffered() {
        return size == 0 ? 0 : buffer.length;
    }

    private void append(byte[] bytes, int from, int to) {
        int count = to - from;
        // One byte more than allowed, because a CR at the end does not count.
        int kept = (int) Math.min(count, Math.max(0, longest + 1L - length));
        if (size + kept > buffer.length) {
            buffer = Arrays.copyOf(buffer, (int) Math.min(longest + 1L, Math.max(size + kept, buffer.length * 2L)));
        }
        System.arraycopy(bytes, from, buffer, size, kept);
        size += kept;
        length += count;
        offset += count;
    }

    private void finish() {
        boolean cr = length == size && size > 0 && buffer[size - 1] == '\r';
        long content = cr ? length - 1 : length;
        long lineNumber = startNumber;
        long lineStart = start;
        byte[] line = content > longest ? null : Arrays.copyOf(buffer, (int) content);
        // First, so that nothing of this line remains for the next one if the sink throws.
        begin();
        if (line == null) {
            sink.tooLong(lineNumber, lineStart, content);
        } else {
            sink.line(lineNumber, lineStart, line);
        }
    }

    private void begin() {
        if (buffer.length > KEPT_CAPACITY) {
            buffer = new byte[FIRST_CAPACITY];
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
         * @param number of the line, from 1; of its first physical line if it contains line ends in quotes
         * @param offset of its first byte in the source
         * @param line without its end
         */
        void line(long number, long offset, byte[] line);

        /**
         * @param number of the line, from 1
         * @param offset of its first byte in the source
         * @param bytes length of the line
         */
        void tooLong(long number, long offset, long bytes);
    }
}
