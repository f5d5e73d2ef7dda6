package io.qbull.ops.files;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.qbull.model.FileClaim;
import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.model.Printable;
import io.qbull.model.QueueName;
import io.qbull.model.SourceId;
import io.qbull.ops.Json;
import io.qbull.store.Rounds;
import io.qbull.store.Store;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Lists and forgets the files that Redis knows as claimed and not finished. Thread-safe; nothing blocks. */
public final class UnfinishedFiles {
    private static final int QUEUES_AT_ONCE = 16;

    private final Store store;

    /**
     * An unfinished file.
     *
     * @param queue that takes its records
     * @param source its ULID
     * @param claim what its pod wrote down about it
     */
    public record UnfinishedFile(QueueName queue, SourceId source, FileClaim claim) {}

    /**
     * @param store an open store
     */
    public UnfinishedFiles(Store store) {
        this.store = store;
    }

    /**
     * @return the unfinished files of all queues, the oldest first; fails with a {@link io.qbull.store.StoreException}
     */
    public CompletionStage<List<UnfinishedFile>> all() {
        return store.inspector()
                .queues()
                .thenCompose(queues ->
                        Rounds.of(QUEUES_AT_ONCE, queues.stream().sorted().toList(), this::of))
                .thenApply(found -> found.stream()
                        .flatMap(List::stream)
                        .sorted(Comparator.comparing(file -> file.source().value()))
                        .toList());
    }

    /**
     * @param queue a queue
     * @return its unfinished files; fails with a {@link io.qbull.store.StoreException}
     */
    public CompletionStage<List<UnfinishedFile>> of(QueueName queue) {
        return store.sources().claims(queue).thenApply(claims -> {
            List<UnfinishedFile> files = new ArrayList<>();
            claims.forEach((source, claim) -> files.add(new UnfinishedFile(queue, source, claim)));
            return files;
        });
    }

    /**
     * Removes all that Redis remembers of a file. Records that were added stay.
     *
     * @param file that no pod will read again
     * @return completes when nothing is left; fails with a {@link io.qbull.store.StoreException}
     */
    public CompletionStage<Void> forget(UnfinishedFile file) {
        return store.layouts()
                .history(file.queue())
                .thenCompose(layouts -> {
                    int most =
                            layouts.stream().mapToInt(Layout::partitions).max().orElse(0);
                    CompletionStage<Void> all = CompletableFuture.completedFuture(null);
                    for (int index = 0; index < most; index++) {
                        PartitionId partition = new PartitionId(file.queue(), index);
                        all = all.thenCompose(before -> store.jobs().forget(partition, file.source()));
                    }
                    return all;
                })
                // Last: until then a repeat still finds what an interrupted call left.
                .thenCompose(forgotten -> store.sources().remove(file.queue(), file.source()));
    }

    /**
     * @param files some
     * @return them as a JSON array
     */
    public static ArrayNode json(List<UnfinishedFile> files) {
        ArrayNode array = Json.array();
        for (UnfinishedFile file : files) {
            ObjectNode node = array.addObject();
            node.put("queue", file.queue().value());
            node.put("file", file.claim().file());
            node.put("ulid", file.source().value());
            node.put("pod", file.claim().pod());
            node.put("version", file.claim().since());
        }
        return array;
    }

    /**
     * @param files some
     * @return complete lines
     */
    public static String table(List<UnfinishedFile> files) {
        if (files.isEmpty()) {
            return String.format(Locale.ROOT, "No file is unfinished.%n");
        }
        StringBuilder table = new StringBuilder(row("ULID", "QUEUE", "BEGUN BY", "FILE"));
        for (UnfinishedFile file : files) {
            table.append(row(
                    file.source().value(),
                    file.queue().value(),
                    file.claim().pod(),
                    Printable.of(file.claim().file())));
        }
        return table.toString();
    }

    private static String row(String ulid, String queue, String pod, String file) {
        return String.format(Locale.ROOT, "%-26s  %-20s  %-36s  %s%n", ulid, queue, pod, file);
    }
}
