package io.qbull.ingest.record;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Makes records of the lines of one file, in their order. */
public interface FileFormat {
    /**
     * @param line without its end
     * @return its record; null = it has none, and that is no mistake
     * @throws RefusedRecord if it should have one and has not
     */
    @Nullable
    BulkRecord read(byte[] line) throws RefusedRecord;

    /**
     * @return whether line ends between double quotes belong to the line
     */
    default boolean quotes() {
        return false;
    }

    /**
     * @return whether nothing that follows can be read
     */
    default boolean unreadable() {
        return false;
    }

    /**
     * @param name of the file: its extension decides
     * @param keyFields columns of CSV that can be the key; the first that is there counts
     * @param json reads lines of JSON
     * @return the format of that file
     */
    static FileFormat of(String name, List<String> keyFields, JsonRecords json) {
        String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return switch (extension) {
            case "jsonl", "ndjson", "json" -> line -> blank(line) ? null : json.read(line);
            case "csv" -> new CsvRecords(keyFields);
            default -> line -> blank(line) ? null : new BulkRecord(name, line, "text/plain; charset=utf-8", null, null);
        };
    }

    /**
     * @param line without its end
     * @return whether there is nothing to see
     */
    static boolean blank(byte[] line) {
        for (byte b : line) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }

    /**
     * @param line the first of a file
     * @return the line without the mark that some programs begin a file of UTF-8 with
     */
    static byte[] withoutMark(byte[] line) {
        boolean marked = line.length >= 3 && line[0] == (byte) 0xEF && line[1] == (byte) 0xBB && line[2] == (byte) 0xBF;
        return marked ? Arrays.copyOfRange(line, 3, line.length) : line;
    }
}
