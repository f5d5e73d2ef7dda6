package io.qbull.store.redis.tables;

import io.lettuce.core.protocol.CommandType;
import io.qbull.model.Entry;
import io.qbull.model.EntryId;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.Segment;
import io.qbull.model.StreamId;
import io.qbull.store.Inspector;
import io.qbull.store.Inspector.PartitionStatus.Progress;
import io.qbull.store.Rounds;
import io.qbull.store.redis.client.CommandRouter;
import io.qbull.store.redis.client.Futures;
import io.qbull.store.redis.client.RedisErrors;
import io.qbull.store.redis.client.Reply;
import io.qbull.store.redis.client.Request;
import io.qbull.store.redis.schema.Keys;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Reads the status of queues in Redis. Reads each part separately, so the result is not a consistent snapshot. Thread-safe. */
public final class RedisInspector implements Inspector {
    /** Partitions read at once. Nine commands each: few enough that the jobs of the same connection do not wait for a person. */
    private static final int AT_ONCE = 16;

    private final CommandRouter router;

    public RedisInspector(CommandRouter router) {
        this.router = router;
    }

    @Override
    public CompletionStage<Set<QueueName>> queues() {
        return RedisErrors.translate(router.send(Keys.QUEUES, Request.of(CommandType.SMEMBERS, Keys.QUEUES))
                .thenApply(reply -> {
                    Set<QueueName> queues = new LinkedHashSet<>();
                    for (int i = 0; i < reply.size(); i++) {
                        queues.add(new QueueName(reply.text(i)));
                    }
                    return queues;
                }));
    }

    @Override
    public CompletionStage<QueueStatus> queue(QueueName queue) {
        String layout = Keys.layout(queue);
        String pods = Keys.pods(queue);
        return RedisErrors.translate(router.send(layout, Request.of(CommandType.HMGET, layout, "version", "partitions"))
                .thenCompose(found -> {
                    String version = found.textOrNull(0);
                    String partitions = found.textOrNull(1);
                    if (version == null || partitions == null) {
                        return CompletableFuture.completedStage(new QueueStatus.Absent());
                    }
                    return router.send(pods, Request.of(CommandType.HGETALL, pods))
                            .thenCompose(registered -> RedisPauseTable.read(router, queue)
                                    .thenCombine(
                                            partitions(queue, Integer.parseInt(partitions)),
                                            (pauses, each) -> new QueueStatus.Present(
                                                    queue,
                                                    Integer.parseInt(version),
                                                    each.size(),
                                                    pauses,
                                                    RedisRegistrations.pods(registered),
                                                    each)));
                }));
    }

    private CompletionStage<List<PartitionStatus>> partitions(QueueName queue, int count) {
        return router.send(Keys.layout(queue), Request.of(CommandType.TIME)).thenCompose(time -> {
            long now = RedisDeadLetters.millis(time);
            List<PartitionId> partitions = IntStream.range(0, count)
                    .mapToObj(index -> new PartitionId(queue, index))
                    .toList();
            return Rounds.of(
                    AT_ONCE,
                    partitions,
                    partition -> RedisErrors.translate(partition(partition, now))
                            .exceptionally(error ->
                                    new PartitionStatus.Unread(partition.index(), RedisErrors.message(error))));
        });
    }

    private CompletionStage<PartitionStatus> partition(PartitionId id, long now) {
        String lease = Keys.lease(id);
        String held = Keys.heldJobs(id);
        String dead = Keys.dead(id);
        String delayed = Keys.delayed(id);
        List<CompletionStage<Reply>> parts = List.of(
                part(
                        lease,
                        Request.of(CommandType.HMGET, lease, "owner", "epoch", "expires", "inflight", "ttl", "done")),
                part(held, Request.of(CommandType.ZCARD, held)),
                // Its bundles.
                part(held, Request.of(CommandType.ZLEXCOUNT, held, "[b", "(c")),
                part(delayed, Request.of(CommandType.ZCARD, delayed)),
                part(dead, Request.of(CommandType.XLEN, dead)),
                part(Keys.held(id), Request.of(CommandType.HLEN, Keys.held(id))));
        CompletionStage<List<Reply>> replies = Futures.all(parts);
        return log(id).thenCombine(
                        replies,
                        (log, each) -> status(
                                id.index(),
                                each.get(0),
                                now,
                                new Sizes(
                                        log.entries,
                                        log.oldestMillis == null ? null : (Long) Math.max(0, now - log.oldestMillis),
                                        each.get(1).number(0)
                                                + (Keys.BUNDLE - 1)
                                                        * each.get(2).number(0),
                                        each.get(5).number(0),
                                        each.get(3).number(0),
                                        each.get(4).number(0))));
    }

    /** What waits in all streams of the log: how many entries, and when the oldest was added. */
    private record Log(long entries, @Nullable Long oldestMillis) {}

    private CompletionStage<Log> log(PartitionId id) {
        return LogStreams.lengths(this::part, id)
                .thenCompose(lengths -> Futures.all(lengths.entrySet().stream()
                                .filter(stream -> stream.getValue() > 0)
                                .map(stream -> oldest(id, stream.getKey()))
                                .toList())
                        .thenApply(oldest -> new Log(
                                LogStreams.total(lengths),
                                oldest.stream()
                                        .flatMap(Optional::stream)
                                        .min(Comparator.naturalOrder())
                                        .orElse(null))));
    }

    private CompletionStage<Optional<Long>> oldest(PartitionId id, Segment segment) {
        String stream = Keys.segment(id, segment);
        return part(stream, Request.of(CommandType.XRANGE, stream, "-", "+", "COUNT", "1"))
                .thenApply(first ->
                        first.size() == 0 ? Optional.empty() : Optional.of(addedMillis(segment, first.list(0))));
    }

    /** When an entry came into the queue: in a segment, its id only says when its job has moved. */
    private static long addedMillis(Segment segment, Reply entry) {
        StreamId id = StreamId.parse(entry.text(0));
        boolean moved = !segment.own();
        return moved && LogCodec.decode(new EntryId(segment, id), entry.list(1), "") instanceof Entry.Decoded decoded
                ? decoded.job().enqueuedAtMillis()
                : id.millis();
    }

    /** Reads one part; an error names the key. */
    private CompletionStage<Reply> part(String key, Request request) {
        return RedisErrors.translate(router.send(key, request)).exceptionallyCompose(error -> {
            String message = RedisErrors.message(error);
            return RedisErrors.failed(
                    RedisErrors.misconfigured(message.startsWith(key) ? message : key + ": " + message));
        });
    }

    private record Sizes(long backlog, @Nullable Long oldest, long held, long heldKeys, long delayed, long dead) {}

    private static PartitionStatus status(int index, Reply lease, long now, Sizes sizes) {
        String owner = lease.textOrNull(0);
        String epoch = lease.textOrNull(1);
        String expires = lease.textOrNull(2);
        String inFlight = lease.textOrNull(3);
        boolean owned = owner != null && epoch != null && expires != null && Long.parseLong(expires) > now;
        return new PartitionStatus.Read(
                index,
                owned && owner != null ? LeaseOwner.parse(owner).pod().value() : null,
                epoch,
                owned && epoch != null ? (Long) Math.max(0, now - Long.parseLong(epoch) / 1000) : null,
                sizes.backlog,
                sizes.oldest,
                owned && inFlight != null ? Integer.parseInt(inFlight) : 0,
                sizes.held,
                sizes.heldKeys,
                sizes.delayed,
                sizes.dead,
                owned && epoch != null && expires != null
                        ? progress(Long.parseLong(expires), lease.textOrNull(4), epoch, lease.textOrNull(5))
                        : null);
    }

    /** A count of another epoch is that of an earlier owner. */
    private static @Nullable Progress progress(
            long expires, @Nullable String ttl, String epoch, @Nullable String done) {
        if (ttl == null) {
            return null;
        }
        String prefix = epoch + " ";
        long count = done != null && done.startsWith(prefix) ? Long.parseLong(done.substring(prefix.length())) : 0;
        return new Progress(count, expires - Long.parseLong(ttl));
    }
}
