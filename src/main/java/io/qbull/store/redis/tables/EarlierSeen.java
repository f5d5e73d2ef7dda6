package io.qbull.store.redis.tables;

import io.lettuce.core.protocol.CommandType;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.store.Rounds;
import io.qbull.store.redis.client.CommandRouter;
import io.qbull.store.redis.client.Reply;
import io.qbull.store.redis.client.Request;
import io.qbull.store.redis.schema.Keys;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;

/** Frees job ids in the partitions where they belonged by earlier layouts, which producers ask. Thread-safe. */
final class EarlierSeen {
    private static final int PARTITIONS_AT_ONCE = 256;

    private final CommandRouter router;

    EarlierSeen(CommandRouter router) {
        this.router = router;
    }

    /**
     * An id that is free in its partition.
     *
     * @param id the id
     * @param index where it belongs by a layout
     */
    record Freed(String id, BiFunction<Layout, KeyHash, Integer> index) {}

    /**
     * @param partition the partition in which the ids are free already
     * @param ids ids
     * @return completes when no other partition knows them
     */
    CompletionStage<?> free(PartitionId partition, List<Freed> ids) {
        if (ids.isEmpty()) {
            return CompletableFuture.completedStage(null);
        }
        String layout = Keys.layout(partition.queue());
        return router.send(layout, Request.of(CommandType.HGETALL, layout)).thenCompose(reply -> {
            Map<Integer, List<String>> known = elsewhere(LayoutHash.of(reply), partition, ids);
            return Rounds.of(
                    PARTITIONS_AT_ONCE,
                    List.copyOf(known.entrySet()),
                    each -> remove(new PartitionId(partition.queue(), each.getKey()), each.getValue()));
        });
    }

    private static Map<Integer, List<String>> elsewhere(LayoutHash layouts, PartitionId partition, List<Freed> ids) {
        Map<Integer, List<String>> elsewhere = new TreeMap<>();
        KeyHash hash = layouts.keyHash();
        if (hash == null || layouts.replaced().isEmpty()) {
            return elsewhere;
        }
        for (Freed freed : ids) {
            layouts.layouts().stream()
                    .map(layout -> freed.index.apply(layout, hash))
                    .filter(index -> index != partition.index())
                    .distinct()
                    .forEach(index -> elsewhere
                            .computeIfAbsent(index, any -> new ArrayList<>())
                            .add(freed.id));
        }
        return elsewhere;
    }

    private CompletionStage<Reply> remove(PartitionId partition, List<String> ids) {
        List<String> args = new ArrayList<>(List.of(Keys.seen(partition)));
        args.addAll(ids);
        return router.send(args.get(0), Request.of(CommandType.ZREM, args.toArray(String[]::new)));
    }
}
