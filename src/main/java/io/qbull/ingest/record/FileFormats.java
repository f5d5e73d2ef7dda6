package io.qbull.ingest.record;

import java.util.List;
import java.util.Locale;

/** Chooses the format of a file by its name. */
public final class FileFormats {
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String PACKED = ".gz";

    private FileFormats() {}

    /**
     * @param name of a file
     * @return whether it is packed with gzip
     */
    public static boolean packed(String name) {
        return name.toLowerCase(Locale.ROOT).endsWith(PACKED);
    }

    /**
     * @param name of the file; its extension before {@code .gz} decides, and a file of plain text takes its name without {@code .gz} as
     *     the key
     * @param keyFields members of JSON, and columns of CSV, that can be the key; the first one present counts
     * @param deepest nesting of JSON
     * @param text how the file is written
     * @return a new format for that one file
     */
    public static FileFormat of(String name, List<String> keyFields, int deepest, FileText text) {
        String unpacked = packed(name) ? name.substring(0, name.length() - PACKED.length()) : name;
        String extension = unpacked.substring(unpacked.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return switch (extension) {
            case "jsonl", "ndjson", "json" -> json(new JsonRecords(keyFields, deepest), text);
            case "csv" -> new CsvRecords(keyFields, text);
            case "tsv" -> new CsvRecords(keyFields, new FileText(text.queue(), text.encoding(), '\t'));
            default -> line -> Lines.blank(line) ? null : text(unpacked, text.decoded(line));
        };
    }

    private static BulkRecord text(String name, byte[] line) throws RefusedRecord {
        for (byte b : line) {
            if (b == 0) {
                throw new RefusedRecord("not text: it has a zero byte");
            }
            if (b == '\r') {
                throw new RefusedRecord("a carriage return inside: lines end with LF or CRLF");
            }
        }
        return new BulkRecord(name, line, TEXT, null, null);
    }

    private static FileFormat json(JsonRecords records, FileText text) {
        return line -> Lines.blank(line) ? null : records.read(text.decoded(line));
    }
}
