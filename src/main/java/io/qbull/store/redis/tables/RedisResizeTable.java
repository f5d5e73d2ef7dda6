package io.qbull.store.redis.tables;

import static java.util.Objects.requireNonNullElse;

import io.lettuce.core.protocol.CommandType;
import io.qbull.model.Job;
import io.qbull.model.Layout;
import io.qbull.model.Lease;
import io.qbull.model.LogPart;
import io.qbull.model.PartitionId;
import io.qbull.model.Position;
import io.qbull.model.QueueName;
import io.qbull.model.Resize;
import io.qbull.model.Segment;
import io.qbull.model.StreamId;
import io.qbull.store.JobLog.Instruction;
import io.qbull.store.MovedItem;
import io.qbull.store.ResizeTable;
import io.qbull.store.Rounds;
import io.qbull.store.StoreException;
import io.qbull.store.redis.client.Announcements;
import io.qbull.store.redis.client.CommandRouter;
import io.qbull.store.redis.client.Futures;
import io.qbull.store.redis.client.RedisErrors;
import io.qbull.store.redis.client.Reply;
import io.qbull.store.redis.client.Request;
import io.qbull.store.redis.client.ServerTopology;
import io.qbull.store.redis.client.Traffic;
import io.qbull.store.redis.schema.Keys;
import io.qbull.store.redis.schema.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The steps of a resize in Redis. Thread-safe. */
public final class RedisResizeTable implements ResizeTable {
    /** Few enough that Redis serves others soon. */
    private static final int STATES_PER_CALL = 64;
    /** Few enough that every reply arrives within the command timeout. */
    private static final int AT_ONCE = 256;

    /** Longer than calls of producers are remembered. */
    private static final Duration RETIRED = Duration.ofHours(1);

    private final ServerTopology topology;
    private final CommandRouter router;
    private final KnownLayouts known;
    private final Announcements announcements;
    private final RedisMoves moves;
    private final RedisReroutes reroutes;

    /**
     * @param topology says whether partitions lie on several servers
     * @param router sends the commands
     * @param known remembers what is read of layouts
     * @param announcements hears other processes
     */
    public RedisResizeTable(
            ServerTopology topology, CommandRouter router, KnownLayouts known, Announcements announcements) {
        this.topology = topology;
        this.router = router;
        this.known = known;
        this.announcements = announcements;
        this.moves = new RedisMoves(router);
        this.reroutes = new RedisReroutes(router);
    }

    @Override
    public CompletionStage<LayoutState> state(QueueName queue) {
        String key = Keys.layout(queue);
        return RedisErrors.translate(Futures.all(List.of(
                        router.send(key, Request.of(CommandType.HGETALL, key)),
                        router.send(key, Request.of(CommandType.TIME))))
                .thenApply(both -> known.remember(queue, LayoutHash.of(queue, both.get(0)))
                        .state(RedisDeadLetters.millis(both.get(1)))));
    }

    @Override
    public CompletionStage<Intent> intend(QueueName queue, Layout from, int partitions) {
        Resize wanted = new Resize(from.version() + 1, from.partitions(), partitions);
        List<byte[]> args = RedisJobLog.args(
                Integer.toString(from.version()), Integer.toString(from.partitions()), Integer.toString(partitions));
        return RedisErrors.translate(router.run(Script.INTEND, List.of(Keys.layout(queue)), args)
                .thenApply(answer -> intent(queue, wanted, answer.reply()))
                .thenCompose(intent -> announced(queue, intent)));
    }

    /** The announcement is only a hint, so that its failure is ignored. */
    private <T> CompletionStage<T> announced(QueueName queue, T done) {
        Request publish = Request.of(CommandType.PUBLISH, Keys.announcements(queue), Announcements.LAYOUT);
        return router.send(Keys.layout(queue), publish).handle((reply, failure) -> done);
    }

    @Override
    public CompletionStage<AutoCloseable> announcements(QueueName queue, Runnable announced) {
        return announcements.listen(this, queue, message -> {
            if (message.equals(Announcements.LAYOUT)) {
                announced.run();
            }
        });
    }

    /** Hears no more announcements. Does not block. */
    public void close() {
        announcements.leave(this);
    }

    private static Intent intent(QueueName queue, Resize wanted, Reply reply) {
        return switch (reply.tag()) {
            case "intent" -> {
                Resize running = new Resize(number(reply, 1), number(reply, 2), number(reply, 3));
                yield running.equals(wanted) ? new Intent.Begun(running) : new Intent.Other(running);
            }
            case "current" -> new Intent.Outdated(new Layout(number(reply, 1), number(reply, 2)));
            case "absent" -> throw LayoutHash.absent(queue);
            default -> throw reply.unknown();
        };
    }

    @Override
    public CompletionStage<Layout> makeCurrent(QueueName queue, Resize resize) {
        return RedisErrors.translate(lastExpiry(queue, resize.from())
                .thenCompose(until -> router.run(
                        Script.CURRENT,
                        List.of(Keys.layout(queue)),
                        RedisJobLog.args(
                                Integer.toString(resize.version()),
                                Integer.toString(resize.to()),
                                Long.toString(until))))
                .thenApply(answer -> {
                    Reply reply = answer.reply();
                    return switch (reply.tag()) {
                        case "current" -> new Layout(number(reply, 1), number(reply, 2));
                        case "absent" ->
                            throw RedisErrors.unavailable(
                                    "queue=" + queue + " is not being resized to " + resize.to() + " partitions");
                        default -> throw reply.unknown();
                    };
                })
                .thenCompose(layout -> announced(queue, layout)));
    }

    /** When the last id expires that a partition of the old layout remembers: all are sealed, so none is added by it any more. */
    private CompletionStage<Long> lastExpiry(QueueName queue, int partitions) {
        return Rounds.of(
                        AT_ONCE,
                        IntStream.range(0, partitions).boxed().toList(),
                        index -> lastExpiry(new PartitionId(queue, index)))
                .thenApply(
                        each -> each.stream().mapToLong(Long::longValue).max().orElse(0));
    }

    private CompletionStage<Long> lastExpiry(PartitionId partition) {
        String key = Keys.seen(partition);
        Request last = Request.of(CommandType.ZREVRANGEBYSCORE, key, "+inf", "-inf", "WITHSCORES", "LIMIT", "0", "1");
        return router.send(key, last).thenApply(reply -> reply.size() == 0 ? 0 : Long.parseLong(reply.text(1)));
    }

    @Override
    public CompletionStage<List<PartitionState>> states(QueueName queue, int from, int to) {
        if (from < 0 || to <= from || to > Layout.MOST_PARTITIONS) {
            throw new IllegalArgumentException("there are no partitions " + from + " to " + (to - 1));
        }
        List<PartitionId> all = IntStream.range(from, to)
                .mapToObj(index -> new PartitionId(queue, index))
                .toList();
        return RedisErrors.translate(topology.locate(Keys.stream(all.get(0)), Traffic.BULK)
                .thenCompose(target -> {
                    int size = target.connection().clustered() ? 1 : STATES_PER_CALL;
                    List<CompletionStage<List<PartitionState>>> parts = new ArrayList<>();
                    for (int first = 0; first < all.size(); first += size) {
                        parts.add(part(all.subList(first, Math.min(all.size(), first + size))));
                    }
                    return Futures.all(parts);
                })
                .thenApply(parts -> parts.stream().flatMap(List::stream).toList()));
    }

    private CompletionStage<List<PartitionState>> part(List<PartitionId> partitions) {
        List<String> keys = partitions.stream()
                .flatMap(each -> Stream.of(
                        Keys.seal(each),
                        Keys.started(each),
                        Keys.moved(each),
                        Keys.stream(each),
                        Keys.staged(each),
                        Keys.heldJobs(each),
                        Keys.delayed(each)))
                .toList();
        return router.run(Script.STATES, keys, List.of()).thenCompose(answer -> {
            List<Reply> replies = answer.reply().lists();
            return Futures.all(IntStream.range(0, partitions.size())
                    .mapToObj(i -> state(partitions.get(i), replies.get(i)))
                    .toList());
        });
    }

    private CompletionStage<PartitionState> state(PartitionId partition, Reply reply) {
        Reply names = reply.list(6);
        List<Segment> segments = IntStream.range(0, names.size())
                .mapToObj(i -> Segment.parse(names.text(i)))
                .sorted()
                .toList();
        return Futures.all(segments.stream()
                        .map(segment -> Keys.segment(partition, segment))
                        .map(key -> router.send(key, Request.of(CommandType.XLEN, key)))
                        .toList())
                .thenApply(lengths -> {
                    Map<Segment, Long> staged = new LinkedHashMap<>();
                    for (int i = 0; i < segments.size(); i++) {
                        staged.put(segments.get(i), lengths.get(i).number(0));
                    }
                    return state(partition.index(), reply, staged);
                });
    }

    private static PartitionState state(int index, Reply reply, Map<Segment, Long> segments) {
        return new PartitionState(
                index, RedisJobLog.stage(reply, 0), reply.number(3), segments, reply.number(4), reply.number(5));
    }

    @Override
    public CompletionStage<List<Long>> bytes(QueueName queue, List<PartitionState> partitions) {
        return RedisErrors.translate(Rounds.of(
                AT_ONCE, partitions, each -> bytes(new PartitionId(queue, each.index()), each.segments())));
    }

    private CompletionStage<Long> bytes(PartitionId partition, Map<Segment, Long> segments) {
        return Futures.all(Stream.concat(
                                Stream.of(
                                        Keys.stream(partition), Keys.heldJobs(partition), Keys.delayedJobs(partition)),
                                segments.keySet().stream().map(segment -> Keys.segment(partition, segment)))
                        .map(this::bytes)
                        .toList())
                .thenApply(each -> each.stream().mapToLong(Long::longValue).sum());
    }

    /** Without the right to ask they are not known: they serve a forecast only. */
    private CompletionStage<Long> bytes(String key) {
        return RedisErrors.translate(router.send(key, Request.of(CommandType.MEMORY, "USAGE", key))
                        .thenApply(reply -> requireNonNullElse(reply.numberOrNull(0), 0L)))
                .exceptionallyCompose(failure -> failure instanceof StoreException.Misconfigured
                        ? CompletableFuture.completedStage(0L)
                        : CompletableFuture.failedStage(failure));
    }

    @Override
    public CompletionStage<Void> seal(PartitionId partition, Resize resize) {
        List<String> keys = List.of(Keys.lease(partition), Keys.stream(partition), Keys.seal(partition));
        return done(Script.SEAL, keys, RedisJobLog.args(Integer.toString(resize.version()), marker(resize)));
    }

    @Override
    public CompletionStage<Void> open(PartitionId partition, Resize resize) {
        boolean old = partition.index() < resize.from();
        return done(
                Script.OPEN,
                RedisLayoutTable.openKeys(partition),
                RedisJobLog.args(Integer.toString(resize.version()), old ? "" : marker(resize), "1"));
    }

    private static String marker(Resize resize) {
        return resize.version() + " " + resize.from() + " " + resize.to();
    }

    private CompletionStage<Void> done(Script script, List<String> keys, List<byte[]> args) {
        return RedisErrors.translate(router.run(script, keys, args).thenApply(answer -> {
            if (!answer.reply().tag().equals("done")) {
                throw answer.reply().unknown();
            }
            return null;
        }));
    }

    @Override
    public CompletionStage<Boolean> start(PartitionId partition, int version) {
        List<String> keys =
                List.of(Keys.lease(partition), Keys.seal(partition), Keys.started(partition), Keys.inbox(partition));
        return RedisErrors.translate(router.run(Script.START, keys, RedisJobLog.args(Integer.toString(version)))
                .thenApply(answer -> switch (answer.reply().tag()) {
                    case "done" -> true;
                    case "other" -> false;
                    default -> throw answer.reply().unknown();
                }));
    }

    @Override
    public CompletionStage<PageRead> page(
            Lease lease,
            int version,
            LogPart part,
            @Nullable Position after,
            PageBounds bounds,
            List<MovedItem> copied) {
        checkCount(copied.size(), 0);
        return RedisErrors.translate(moves.page(lease, version, part, after, bounds, copied));
    }

    @Override
    public CompletionStage<Copying> copy(PartitionId target, Segment segment, List<MovedItem> items) {
        checkCount(items.size(), 1);
        return RedisErrors.translate(moves.copy(target, segment, items));
    }

    private static void checkCount(int items, int least) {
        if (items < least || items > MOST_MOVED) {
            throw new IllegalArgumentException("a call takes " + least + " to " + MOST_MOVED + " items, not " + items);
        }
    }

    @Override
    public CompletionStage<Moved> moved(Lease lease, Resize resize) {
        PartitionId partition = lease.partition();
        List<String> keys =
                List.of(Keys.lease(partition), Keys.seal(partition), Keys.moved(partition), Keys.started(partition));
        List<byte[]> args = RedisJobLog.ownerArgs(
                lease, Integer.toString(resize.version()), partition.index() < resize.to() ? "0" : "1");
        return RedisErrors.translate(
                router.runAs(lease, Script.MOVED, keys, args).thenApply(reply -> switch (reply.tag()) {
                    case "done" -> Moved.DONE;
                    case "other" -> Moved.OTHER;
                    case "fenced" -> Moved.FENCED;
                    default -> throw reply.unknown();
                }));
    }

    @Override
    public CompletionStage<List<Instruction>> requests(PartitionId partition, StreamId after) {
        String inbox = Keys.inbox(partition);
        Request read = Request.of(CommandType.XRANGE, inbox, "(" + after, "+", "COUNT", Integer.toString(MOST_MOVED));
        return RedisErrors.translate(router.send(inbox, read)
                .thenApply(reply ->
                        reply.lists().stream().map(RedisJobLog::instruction).toList()));
    }

    @Override
    public CompletionStage<Void> pass(PartitionId target, Segment segment, List<Instruction> requests) {
        checkCount(requests.size(), 1);
        List<byte[]> args = RedisJobLog.args(segment.toString());
        requests.forEach(each -> args.addAll(RedisJobLog.args(each.verb(), each.key(), each.place())));
        return done(Script.PASS, List.of(Keys.lease(target), Keys.inbox(target)), args);
    }

    @Override
    public CompletionStage<Sender> sender(Lease lease) {
        return RedisErrors.translate(reroutes.sender(lease.partition()));
    }

    @Override
    public CompletionStage<Rerouting> claim(PartitionId target, Lease lease) {
        return RedisErrors.translate(reroutes.claim(target, lease));
    }

    @Override
    public CompletionStage<Rerouting> reroute(
            PartitionId target, Lease lease, int version, long number, List<Job> jobs) {
        if (jobs.isEmpty() || jobs.size() > MOST_REROUTED) {
            throw new IllegalArgumentException("a call takes 1 to " + MOST_REROUTED + " jobs, not " + jobs.size());
        }
        return RedisErrors.translate(reroutes.reroute(target, lease, version, number, jobs));
    }

    @Override
    public CompletionStage<Boolean> retire(PartitionId partition, int version) {
        List<String> keys = List.of(
                Keys.lease(partition),
                Keys.seal(partition),
                Keys.started(partition),
                Keys.moved(partition),
                Keys.stream(partition),
                Keys.inbox(partition),
                Keys.heldJobs(partition),
                Keys.delayed(partition),
                Keys.staged(partition),
                Keys.dead(partition),
                Keys.seen(partition),
                Keys.letters(partition),
                Keys.attempts(partition),
                Keys.rerouted(partition));
        List<byte[]> args = RedisJobLog.args(Integer.toString(version), Long.toString(RETIRED.toMillis()));
        return RedisErrors.translate(router.run(Script.RETIRE, keys, args)
                .thenApply(answer -> switch (answer.reply().tag()) {
                    case "done" -> true;
                    case "other" -> false;
                    default -> throw answer.reply().unknown();
                }));
    }

    private static int number(Reply reply, int index) {
        return Integer.parseInt(reply.text(index));
    }
}
