package io.qbull.store.redis.tables;

import io.lettuce.core.protocol.CommandType;
import io.qbull.model.Job;
import io.qbull.model.Lease;
import io.qbull.model.PartitionId;
import io.qbull.model.StreamId;
import io.qbull.store.ResizeTable.Rerouting;
import io.qbull.store.ResizeTable.Sender;
import io.qbull.store.redis.client.CommandRouter;
import io.qbull.store.redis.client.Reply;
import io.qbull.store.redis.client.Request;
import io.qbull.store.redis.schema.Keys;
import io.qbull.store.redis.schema.Script;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Adds jobs to the partition of their keys that other programs have added to another one. Thread-safe. */
final class RedisReroutes {
    private final CommandRouter router;

    RedisReroutes(CommandRouter router) {
        this.router = router;
    }

    CompletionStage<Sender> sender(PartitionId partition) {
        String key = Keys.rerouted(partition);
        return router.send(key, Request.of(CommandType.HEXISTS, key, Integer.toString(partition.index())))
                .thenApply(reply -> new Sender(reply.number(0) == 1));
    }

    CompletionStage<Rerouting> claim(PartitionId target, Lease lease) {
        List<byte[]> args = RedisJobLog.args(
                Integer.toString(lease.partition().index()),
                lease.epoch().toString(),
                target.equals(lease.partition()) ? "1" : "0");
        List<String> keys = List.of(Keys.lease(target), Keys.seal(target), Keys.rerouted(target));
        return router.run(Script.CLAIM, keys, args).thenApply(answer -> rerouting(answer.reply()));
    }

    CompletionStage<Rerouting> reroute(PartitionId target, Lease lease, int version, long number, List<Job> jobs) {
        List<String> keys = List.of(Keys.lease(target), Keys.seal(target), Keys.stream(target), Keys.rerouted(target));
        List<byte[]> args = RedisJobLog.args(
                Integer.toString(version),
                Integer.toString(lease.partition().index()),
                lease.epoch().toString(),
                Long.toString(number));
        for (Job job : jobs) {
            List<byte[]> fields = EntryCodec.fields(job);
            args.add(Request.utf8(job.streamId().toString()));
            args.add(Request.utf8(Integer.toString(fields.size())));
            args.addAll(fields);
        }
        return router.run(Script.REROUTE, keys, args).thenApply(answer -> rerouting(answer.reply()));
    }

    private static Rerouting rerouting(Reply reply) {
        return switch (reply.tag()) {
            case "done" -> new Rerouting.Done();
            case "claimed" -> new Rerouting.Claimed(ids(reply.text(1)));
            case "unclaimed" -> new Rerouting.Unclaimed();
            case "layout" -> new Rerouting.OtherLayout();
            case "stale" -> new Rerouting.Stale();
            default -> throw reply.unknown();
        };
    }

    private static List<StreamId> ids(String joined) {
        return joined.isEmpty()
                ? List.of()
                : Arrays.stream(joined.split(" ", -1)).map(StreamId::parse).toList();
    }
}
