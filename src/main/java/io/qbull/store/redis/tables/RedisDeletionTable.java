package io.qbull.store.redis.tables;

import io.lettuce.core.protocol.CommandType;
import io.qbull.model.Layout;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.Segment;
import io.qbull.store.DeletionTable;
import io.qbull.store.LayoutTable.Pod;
import io.qbull.store.redis.client.CommandRouter;
import io.qbull.store.redis.client.Futures;
import io.qbull.store.redis.client.RedisErrors;
import io.qbull.store.redis.client.Reply;
import io.qbull.store.redis.client.Request;
import io.qbull.store.redis.schema.Keys;
import io.qbull.store.redis.schema.Script;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The steps in which a queue is deleted in Redis. Thread-safe. */
public final class RedisDeletionTable implements DeletionTable {
    private final CommandRouter router;

    public RedisDeletionTable(CommandRouter router) {
        this.router = router;
    }

    @Override
    public CompletionStage<Belongings> belongings(QueueName queue) {
        String layout = Keys.layout(queue);
        return RedisErrors.translate(Futures.all(List.of(
                        router.send(layout, Request.of(CommandType.HGETALL, layout)),
                        length(Keys.windows(queue)),
                        length(Keys.closedWindows(queue)),
                        length(Keys.sources(queue)),
                        router.send(layout, Request.of(CommandType.HGETALL, Keys.pods(queue))),
                        router.send(layout, Request.of(CommandType.TIME))))
                .thenApply(each -> new Belongings(
                        partitions(LayoutHash.of(each.get(0))),
                        each.get(1).number(0) + each.get(2).number(0),
                        each.get(3).number(0),
                        living(each.get(4), RedisDeadLetters.millis(each.get(5))))));
    }

    private CompletionStage<Reply> length(String hash) {
        return router.send(hash, Request.of(CommandType.HLEN, hash));
    }

    private static int partitions(LayoutHash layout) {
        Layout intended = layout.intended();
        Stream<Layout> all = intended == null
                ? layout.layouts().stream()
                : Stream.concat(layout.layouts().stream(), Stream.of(intended));
        return layout.current() == null
                ? 0
                : all.mapToInt(Layout::partitions).max().orElse(0);
    }

    private static List<String> living(Reply pods, long nowMillis) {
        return RedisRegistrations.pods(pods).stream()
                .filter(pod -> pod.staleAtMillis() >= nowMillis)
                .map(Pod::id)
                .map(id -> id.value())
                .sorted()
                .toList();
    }

    @Override
    public CompletionStage<Mark> mark(QueueName queue) {
        return mark(queue, "1");
    }

    @Override
    public CompletionStage<Void> unmark(QueueName queue) {
        return mark(queue, "0").thenApply(done -> null);
    }

    private CompletionStage<Mark> mark(QueueName queue, String mark) {
        return RedisErrors.translate(router.run(Script.DELETING, List.of(Keys.layout(queue)), RedisJobLog.args(mark))
                .thenApply(answer -> switch (answer.reply().tag()) {
                    case "done" -> Mark.DONE;
                    case "absent" -> Mark.ABSENT;
                    case "open" -> Mark.NOT_DRAINED;
                    default -> throw answer.reply().unknown();
                }));
    }

    @Override
    public CompletionStage<Wipe> wipe(PartitionId partition, boolean jobs) {
        String staged = Keys.staged(partition);
        String sources = Keys.sources(partition.queue());
        return RedisErrors.translate(router.send(staged, Request.of(CommandType.HKEYS, staged))
                .thenCombine(router.send(sources, Request.of(CommandType.HKEYS, sources)), List::of)
                .thenCompose(names -> wipe(partition, jobs, texts(names.get(0)), texts(names.get(1)))));
    }

    private CompletionStage<Wipe> wipe(PartitionId partition, boolean jobs, List<String> segments, List<String> files) {
        List<String> keys = new ArrayList<>(List.of(
                Keys.lease(partition),
                Keys.stream(partition),
                Keys.heldJobs(partition),
                Keys.delayed(partition),
                Keys.dead(partition),
                Keys.staged(partition)));
        segments.forEach(segment -> keys.add(Keys.segment(partition, Segment.parse(segment))));
        keys.addAll(List.of(
                Keys.held(partition),
                Keys.attempts(partition),
                Keys.inbox(partition),
                Keys.delayedJobs(partition),
                Keys.delayedIds(partition),
                Keys.letters(partition),
                Keys.rerouted(partition),
                Keys.seen(partition),
                Keys.seal(partition),
                Keys.started(partition),
                Keys.moved(partition)));
        files.forEach(file -> keys.add(Keys.source(partition, file)));
        return router.run(Script.WIPE, keys, RedisJobLog.args(jobs ? "1" : "0", Integer.toString(segments.size())))
                .thenCompose(answer -> {
                    Reply reply = answer.reply();
                    return switch (reply.tag()) {
                        case "wiped" -> CompletableFuture.completedStage(new Wipe.Gone(reply.number(1)));
                        case "owned" ->
                            CompletableFuture.completedStage(new Wipe.Owned(
                                    LeaseOwner.parse(reply.text(1)).pod().value()));
                        case "jobs" -> CompletableFuture.completedStage(new Wipe.HasJobs(reply.number(1)));
                        case "changed" -> wipe(partition, jobs);
                        default -> throw reply.unknown();
                    };
                });
    }

    private static List<String> texts(Reply reply) {
        return IntStream.range(0, reply.size()).mapToObj(reply::text).toList();
    }

    @Override
    public CompletionStage<Void> finish(QueueName queue) {
        List<String> keys = List.of(
                Keys.layout(queue),
                Keys.pods(queue),
                Keys.sources(queue),
                Keys.windows(queue),
                Keys.closedWindows(queue));
        // The layout goes last, so that a crash leaves no name without a queue.
        return RedisErrors.translate(router.send(Keys.QUEUES, Request.of(CommandType.SREM, Keys.QUEUES, queue.value()))
                .thenCompose(unlisted -> router.run(Script.DELETED, keys, List.of()))
                .thenApply(done -> null));
    }
}
