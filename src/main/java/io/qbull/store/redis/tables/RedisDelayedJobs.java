package io.qbull.store.redis.tables;

import io.qbull.model.JobId;
import io.qbull.model.Lease;
import io.qbull.model.PartitionId;
import io.qbull.store.DelayedJobs;
import io.qbull.store.redis.client.CommandRouter;
import io.qbull.store.redis.client.RedisErrors;
import io.qbull.store.redis.client.Reply;
import io.qbull.store.redis.schema.Keys;
import io.qbull.store.redis.schema.Script;
import io.qbull.store.redis.tables.EarlierSeen.Freed;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The delayed jobs in Redis. Thread-safe. */
public final class RedisDelayedJobs implements DelayedJobs {
    private final CommandRouter router;
    private final EarlierSeen earlier;

    public RedisDelayedJobs(CommandRouter router) {
        this.router = router;
        this.earlier = new EarlierSeen(router);
    }

    @Override
    public CompletionStage<Promotion> promote(Lease lease, int most, int mostBytes) {
        PartitionId partition = lease.partition();
        List<String> keys = List.of(
                Keys.lease(partition),
                Keys.stream(partition),
                Keys.delayed(partition),
                Keys.delayedJobs(partition),
                Keys.delayedIds(partition),
                Keys.seal(partition),
                Keys.started(partition));
        List<byte[]> args = RedisJobLog.ownerArgs(lease, Integer.toString(most), Integer.toString(mostBytes));
        return RedisErrors.translate(
                router.runAs(lease, Script.PROMOTE, keys, args).thenApply(RedisDelayedJobs::promoted));
    }

    @Override
    public CompletionStage<Long> cancel(PartitionId partition, int version, String key, JobId id) {
        List<String> keys = List.of(
                Keys.delayed(partition),
                Keys.delayedJobs(partition),
                Keys.delayedIds(partition),
                Keys.seen(partition),
                Keys.seal(partition),
                Keys.started(partition));
        List<byte[]> args = RedisJobLog.args(id.value(), key, Integer.toString(version));
        return RedisErrors.translate(router.run(Script.CANCEL, keys, args)
                .thenApply(answer -> cancelled(partition, answer.reply()))
                .thenCompose(count -> count == 0 || version == 1
                        ? CompletableFuture.completedStage(count)
                        : earlier.free(
                                        partition,
                                        List.of(new Freed(id.value(), (layout, hash) -> layout.indexOf(hash, key))))
                                .thenApply(free -> count)));
    }

    private static Long cancelled(PartitionId partition, Reply reply) {
        return switch (reply.tag()) {
            case "cancelled" -> reply.number(1);
            case "layout" ->
                throw RedisErrors.unavailable("queue=" + partition.queue() + " partition=" + partition.index()
                        + " waits for a resize, and delayed jobs may be on their way; try again when it has started");
            default -> throw reply.unknown();
        };
    }

    private static Promotion promoted(Reply reply) {
        return switch (reply.tag()) {
            case "fenced" -> new Promotion.Fenced();
            case "promoted" -> new Promotion.Promoted((int) reply.number(1), RedisJobLog.due(reply.number(2)));
            default -> throw reply.unknown();
        };
    }
}
