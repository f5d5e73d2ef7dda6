package io.qbull.ingest.record;

import java.util.Arrays;

/** Facts about single lines of text in UTF-8. */
public final class Lines {
    private Lines() {}

    /**
     * @param line without its line end
     * @return whether the line contains nothing but blanks, tabs and carriage returns
     */
    public static boolean blank(byte[] line) {
        for (byte b : line) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }

    /**
     * @param line the first of a file
     * @return the line without the byte order mark that some programs write at the start of a file
     */
    public static byte[] withoutByteOrderMark(byte[] line) {
        boolean marked = line.length >= 3 && line[0] == (byte) 0xEF && line[1] == (byte) 0xBB && line[2] == (byte) 0xBF;
        return marked ? Arrays.copyOfRange(line, 3, line.length) : line;
    }
}
