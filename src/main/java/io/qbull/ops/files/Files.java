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
import io.qbull.store.Store;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The files that are not finished, as Redis knows them: shown and given up. Thread-safe; nothing blocks. */
public final class Files {
    private final Store store;

    /**
     * @param queue that takes its records
     * @param source its ULID
     * @param claim what is written down of it
     */
    public record Unfinished(QueueName queue, SourceId source, FileClaim claim) {}

    /**
     * @param store an open one
     */
    public Files(Store store) {
        this.store = store;
    }

    /**
     * @return the unfinished files of all queues, oldest first
     */
    public CompletionStage<List<Unfinished>> all() {
        return store.inspector().queues().thenCompose(queues -> {
            List<CompletableFuture<List<Unfinished>>> asked = queues.stream()
                    .sorted()
                    .map(queue -> of(queue).toCompletableFuture())
                    .toList();
            return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                    .thenApply(done -> asked.stream()
                            .flatMap(each -> each.join().stream())
                            .sorted(Comparator.comparing(file -> file.source().value()))
                            .toList());
        });
    }

    /**
     * @param queue a queue
     * @return its unfinished files
     */
    public CompletionStage<List<Unfinished>> of(QueueName queue) {
        return store.sources().claims(queue).thenApply(claims -> {
            List<Unfinished> files = new ArrayList<>();
            claims.forEach((source, claim) -> files.add(new Unfinished(queue, source, claim)));
            return files;
        });
    }

    /**
     * @param file that nobody will read again
     * @return completes when nothing is remembered of it
     */
    public CompletionStage<Void> forget(Unfinished file) {
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
                // Last, so that a repeat finds what an interrupted one has left.
                .thenCompose(forgotten -> store.sources().remove(file.queue(), file.source()));
    }

    /**
     * @param files to show
     * @return them as a JSON array
     */
    public static ArrayNode json(List<Unfinished> files) {
        ArrayNode array = Json.array();
        for (Unfinished file : files) {
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
     * @param files to show
     * @return lines, the last one ended
     */
    public static String table(List<Unfinished> files) {
        if (files.isEmpty()) {
            return String.format(Locale.ROOT, "No file is unfinished.%n");
        }
        StringBuilder table = new StringBuilder(row("ULID", "QUEUE", "BEGUN BY", "FILE"));
        for (Unfinished file : files) {
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
