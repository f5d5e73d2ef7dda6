package io.qbull.enqueue;

import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;

/**
 * How far earlier readings of a source have got, in the partitions that its records meet. The progress in a partition is read before the
 * first record that may lie there, under any layout, is judged. That is later than the layouts were read, so the progress under all
 * layouts but the current one is final. Thread-safe.
 */
final class MetPartitions {
    private static final CompletableFuture<Void> KNOWN = CompletableFuture.completedFuture(null);

    private final KeyHash keyHash;
    private final IntFunction<CompletionStage<Map<Integer, Long>>> reader;
    private final Map<Integer, Map<Integer, Long>> offsets = new ConcurrentHashMap<>();
    private final Map<Integer, CompletableFuture<Void>> met = new ConcurrentHashMap<>();
    private final Progress progress;

    /**
     * @param layouts under which records may have been added, by version; the last one is the current one
     * @param keyHash how keys map to partitions
     * @param reader reads the progress in a partition: layout version to offset
     */
    MetPartitions(List<Layout> layouts, KeyHash keyHash, IntFunction<CompletionStage<Map<Integer, Long>>> reader) {
        this.keyHash = keyHash;
        this.reader = reader;
        this.progress = new Progress(layouts, offsets);
    }

    /**
     * @param key of a record
     * @return completes when it is known what earlier readings have added with that key; the same future for all that is known
     */
    CompletableFuture<Void> meet(String key) {
        long hash = keyHash.hash(key);
        List<CompletableFuture<Void>> unknown = new ArrayList<>();
        for (Layout layout : progress.layouts()) {
            CompletableFuture<Void> read = meet(layout.indexOf(hash));
            if (!read.isDone() || read.isCompletedExceptionally()) {
                unknown.add(read);
            }
        }
        return unknown.isEmpty() ? KNOWN : CompletableFuture.allOf(unknown.toArray(CompletableFuture[]::new));
    }

    /**
     * @param partition its index
     * @return completes when its progress is read
     */
    CompletableFuture<Void> meet(int partition) {
        CompletableFuture<Void> known = met.get(partition);
        return known == null ? met.computeIfAbsent(partition, this::read) : known;
    }

    private CompletableFuture<Void> read(int partition) {
        return reader.apply(partition)
                .thenAccept(found -> found.forEach(
                        (version, offset) -> offsets.computeIfAbsent(version, any -> new ConcurrentHashMap<>())
                                .put(partition, offset)))
                .toCompletableFuture();
    }

    /** As {@link Progress#covers}, for a key that was met. */
    boolean covers(long offset, String key) {
        return progress.covers(offset, keyHash, key);
    }

    Layout current() {
        return progress.current();
    }
}
