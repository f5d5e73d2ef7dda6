package io.qbull.app.corpus;

import static java.util.Map.entry;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Files as people have them: what they write, export, pack and copy. */
public final class FileCorpus {
    private FileCorpus() {}

    /**
     * @return all files; no queue has two of one name
     */
    public static List<FileCase> all() {
        return Stream.of(LineFiles.all(), CsvFiles.all(), PackedFiles.all())
                .flatMap(files -> files)
                .toList();
    }

    /**
     * @return the settings of the pod that gets the files
     */
    public static Map<String, String> settings() {
        return Map.ofEntries(
                entry("qbull.queues", "PLAIN,SEMI,TAB,LATIN,WIDE,LITTLE,SJIS"),
                entry("qbull.partitions", "1"),
                entry("qbull.filesAtOnce", "16"),
                entry("qbull.maxLineLength", Integer.toString(LineFiles.LONGEST_LINE)),
                entry("qbull.queue.SEMI.csvSeparator", ";"),
                entry("qbull.queue.TAB.csvSeparator", "tab"),
                entry("qbull.queue.LATIN.fileEncoding", "windows-1252"),
                entry("qbull.queue.LATIN.csvSeparator", ";"),
                entry("qbull.queue.WIDE.fileEncoding", "UTF-16"),
                entry("qbull.queue.LITTLE.fileEncoding", "UTF-16LE"),
                entry("qbull.queue.SJIS.fileEncoding", "Shift_JIS"));
    }
}
