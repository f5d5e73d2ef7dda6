package io.qbull.store.redis.tables;

import io.lettuce.core.protocol.CommandType;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Reads the status of queues in Redis. Reads each part separately, so the result is not a consistent snapshot. Thread-safe. */
public final class RedisInspector implements Inspector {
    /** Partitions read at once. Eight commands each: few enough that the jobs of the same connection do not wait for a person. */
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
        String stream = Keys.stream(id);
        String lease = Keys.lease(id);
        String held = Keys.heldJobs(id);
        String dead = Keys.dead(id);
        String delayed = Keys.delayed(id);
        List<CompletionStage<Reply>> parts = List.of(
                part(stream, Request.of(CommandType.XLEN, stream)),
                part(stream, Request.of(CommandType.XRANGE, stream, "-", "+", "COUNT", "1")),
                part(
                        lease,
                        Request.of(CommandType.HMGET, lease, "owner", "epoch", "expires", "inflight", "ttl", "done")),
                part(held, Request.of(CommandType.ZCARD, held)),
                // Its bundles.
                part(held, Request.of(CommandType.ZLEXCOUNT, held, "[b", "(c")),
                part(delayed, Request.of(CommandType.ZCARD, delayed)),
                part(dead, Request.of(CommandType.XLEN, dead)),
                part(Keys.held(id), Request.of(CommandType.HLEN, Keys.held(id))));
        return Futures.all(parts).thenApply(each -> {
            Reply first = each.get(1);
            Long oldest = first.size() == 0
                    ? null
                    : Math.max(0, now - StreamId.parse(first.list(0).text(0)).millis());
            return status(
                    id.index(),
                    each.get(2),
                    now,
                    new Sizes(
                            each.get(0).number(0),
                            oldest,
                            each.get(3).number(0)
                                    + (Keys.BUNDLE - 1) * each.get(4).number(0),
                            each.get(7).number(0),
                            each.get(5).number(0),
                            each.get(6).number(0)));
        });
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
