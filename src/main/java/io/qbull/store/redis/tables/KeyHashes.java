package io.qbull.store.redis.tables;

import io.lettuce.core.protocol.CommandType;
import io.qbull.model.Causes;
import io.qbull.model.Entry;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.model.Printable;
import io.qbull.model.QueueName;
import io.qbull.store.StoreException;
import io.qbull.store.redis.client.CommandRouter;
import io.qbull.store.redis.client.Futures;
import io.qbull.store.redis.client.RedisErrors;
import io.qbull.store.redis.client.Reply;
import io.qbull.store.redis.client.Request;
import io.qbull.store.redis.schema.Keys;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the keys of a queue map to partitions, as recorded in its layout. Two pods that map them differently would send jobs of one key
 * to two partitions, where they overtake each other. Thread-safe.
 */
final class KeyHashes {
    private static final Logger LOG = LoggerFactory.getLogger(KeyHashes.class);
    private static final String FIELD = "key_hash";
    /** Partitions whose first job is looked at before a record is made for a queue that has none. */
    private static final int MOST_SAMPLES = 16;

    private final CommandRouter router;

    KeyHashes(CommandRouter router) {
        this.router = router;
    }

    /** The record; empty if there is none that can be read. */
    CompletionStage<Optional<KeyHash>> recorded(QueueName queue) {
        return RedisErrors.translate(text(queue))
                .thenApply(text -> Arrays.stream(KeyHash.values())
                        .filter(each -> each.text().equals(text))
                        .findFirst());
    }

    /**
     * @param recorded the record
     * @param ours how this pod maps keys
     * @throws StoreException.Misconfigured if they differ
     */
    static void refuseOther(QueueName queue, String recorded, KeyHash ours) {
        if (!recorded.equals(ours.text())) {
            throw RedisErrors.misconfigured("queue " + queue + " has keyHash=" + Printable.of(recorded)
                    + " on record and this pod keyHash=" + ours.text()
                    + ", so it would break the order of keys; it works on this queue once both are the same");
        }
    }

    /**
     * Makes a record for a queue that was created before there were any: this pod's way, unless its jobs show another one. The first
     * pod wins. A full Redis takes no record; the queue works without, and the next call tries again.
     *
     * @return fails with {@link StoreException.Misconfigured} if keys are mapped in another way
     */
    CompletionStage<Void> adopt(QueueName queue, Layout layout, KeyHash ours) {
        return sample(queue, layout).thenCompose(jobs -> {
            refuseMisplaced(queue, layout, ours, jobs);
            return RedisErrors.translate(record(queue, ours))
                    .exceptionallyCompose(error -> Causes.bare(error) instanceof StoreException.Full
                            ? CompletableFuture.completedStage(null)
                            : CompletableFuture.failedStage(error));
        });
    }

    private CompletionStage<Void> record(QueueName queue, KeyHash ours) {
        String key = Keys.layout(queue);
        return router.send(key, Request.of(CommandType.HSETNX, key, FIELD, ours.text()))
                .thenCompose(set -> text(queue))
                .thenAccept(recorded -> {
                    refuseOther(queue, recorded, ours);
                    LOG.info("queue={} has keyHash={} on record from now on", queue, recorded);
                });
    }

    private CompletionStage<String> text(QueueName queue) {
        String key = Keys.layout(queue);
        return router.send(key, Request.of(CommandType.HMGET, key, FIELD))
                .thenApply(reply -> Optional.ofNullable(reply.textOrNull(0)).orElse(""));
    }

    /** A job, and where it lies. */
    private record Placed(int partition, String key) {}

    private CompletionStage<List<Placed>> sample(QueueName queue, Layout layout) {
        List<CompletionStage<List<Placed>>> reads = new ArrayList<>();
        for (int index = 0; index < Math.min(layout.partitions(), MOST_SAMPLES); index++) {
            int partition = index;
            String stream = Keys.stream(new PartitionId(queue, index));
            reads.add(RedisErrors.translate(
                            router.send(stream, Request.of(CommandType.XRANGE, stream, "-", "+", "COUNT", "1"))
                                    .thenApply(reply -> first(partition, reply)))
                    .exceptionallyCompose(error -> error instanceof StoreException.Misconfigured
                            ? CompletableFuture.completedStage(List.of())
                            : CompletableFuture.failedStage(error)));
        }
        return Futures.all(reads)
                .thenApply(all -> all.stream().flatMap(List::stream).toList());
    }

    /** The key of a foreign entry is its own id, which says nothing. */
    private static List<Placed> first(int partition, Reply entries) {
        if (entries.size() == 0) {
            return List.of();
        }
        Reply entry = entries.list(0);
        return EntryCodec.decode(entry.text(0), entry.list(1), EntryCodec.NO_ATTEMPTS) instanceof Entry.Decoded decoded
                        && !decoded.job().key().equals(entry.text(0))
                ? List.of(new Placed(partition, decoded.job().key()))
                : List.of();
    }

    private static void refuseMisplaced(QueueName queue, Layout layout, KeyHash ours, List<Placed> jobs) {
        for (KeyHash other : KeyHash.values()) {
            if (fitting(layout, other, jobs) > fitting(layout, ours, jobs)) {
                throw RedisErrors.misconfigured("the jobs of queue " + queue + " lie where keyHash=" + other.text()
                        + " puts them, and this pod has keyHash=" + ours.text() + "; set it to " + other.text()
                        + ", or field " + FIELD + " of " + Keys.layout(queue) + " to " + ours.text());
            }
        }
    }

    private static long fitting(Layout layout, KeyHash hash, List<Placed> jobs) {
        return jobs.stream()
                .filter(job -> layout.indexOf(hash, job.key()) == job.partition())
                .count();
    }
}
