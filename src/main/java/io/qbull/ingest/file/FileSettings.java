package io.qbull.ingest.file;

import java.nio.file.Path;
import java.util.List;

/**
 * How files are read.
 *
 * @param inbox the folder that contains a folder for each queue
 * @param atOnce files that a pod reads at the same time
 * @param longestLine in bytes
 * @param deepest nesting of JSON
 * @param keyFields members of JSON, and columns of CSV, that can be the key; the first one present counts
 * @param timing how patiently files are looked for
 */
public record FileSettings(
        Path inbox, int atOnce, int longestLine, int deepest, List<String> keyFields, FileTiming timing) {
    /** Copies the list. */
    public FileSettings {
        keyFields = List.copyOf(keyFields);
    }
}
