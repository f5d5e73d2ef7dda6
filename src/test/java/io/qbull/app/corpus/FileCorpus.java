package io.qbull.app.corpus;

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
        return Map.of(
                "qbull.queues", "PLAIN,SEMI,TAB,LATIN,WIDE,SJIS",
                "qbull.partitions", "1",
                "qbull.filesAtOnce", "16",
                "qbull.maxLineLength", Integer.toString(LineFiles.LONGEST_LINE),
                "qbull.queue.SEMI.csvSeparator", ";",
                "qbull.queue.TAB.csvSeparator", "tab",
                "qbull.queue.LATIN.fileEncoding", "windows-1252",
                "qbull.queue.LATIN.csvSeparator", ";",
                "qbull.queue.WIDE.fileEncoding", "UTF-16",
                "qbull.queue.SJIS.fileEncoding", "Shift_JIS");
    }
}
