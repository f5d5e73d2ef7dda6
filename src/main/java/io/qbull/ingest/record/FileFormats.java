package io.qbull.ingest.record;

import io.qbull.model.Utf8;
import java.util.List;
import java.util.Locale;

/** Chooses the format of a file by its name. */
public final class FileFormats {
    private static final String TEXT = "text/plain; charset=utf-8";

    private FileFormats() {}

    /**
     * @param name of the file; its extension decides, and a file of plain text takes its name as the key
     * @param keyFields members of JSON, and columns of CSV, that can be the key; the first one present counts
     * @param deepest nesting of JSON
     * @return a new format for that one file
     */
    public static FileFormat of(String name, List<String> keyFields, int deepest) {
        String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return switch (extension) {
            case "jsonl", "ndjson", "json" -> json(new JsonRecords(keyFields, deepest));
            case "csv" -> new CsvRecords(keyFields);
            default -> line -> Lines.blank(line) ? null : text(name, line);
        };
    }

    private static BulkRecord text(String name, byte[] line) throws RefusedRecord {
        if (!Utf8.wellFormed(line)) {
            throw new RefusedRecord("not text in UTF-8");
        }
        return new BulkRecord(name, line, TEXT, null, null);
    }

    private static FileFormat json(JsonRecords records) {
        return line -> Lines.blank(line) ? null : records.read(line);
    }
}
