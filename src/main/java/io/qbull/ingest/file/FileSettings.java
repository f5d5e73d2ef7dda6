package io.qbull.ingest.file;

import io.qbull.ingest.record.FileText;
import io.qbull.model.QueueName;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How files are read.
 *
 * @param inbox the folder that contains a folder for each queue
 * @param atOnce files that a pod reads at the same time
 * @param longestLine in bytes
 * @param deepest nesting of JSON
 * @param keyFields members of JSON, and columns of CSV, that can be the key; the first one present counts
 * @param texts how the files of queues are written, if not as usual
 * @param timing how patiently files are looked for
 */
public record FileSettings(
        Path inbox,
        int atOnce,
        int longestLine,
        int deepest,
        List<String> keyFields,
        Map<QueueName, FileText> texts,
        FileTiming timing) {
    /** Copies the list and the map. */
    public FileSettings {
        keyFields = List.copyOf(keyFields);
        texts = Map.copyOf(texts);
    }

    FileText text(QueueName queue) {
        return texts.getOrDefault(queue, FileText.preset(queue));
    }
}
