package io.qbull.store.redis.tables;

import io.lettuce.core.protocol.CommandType;
import io.qbull.model.Attempts;
import io.qbull.model.Entry;
import io.qbull.model.EntryId;
import io.qbull.model.HeldPlace;
import io.qbull.model.Job;
import io.qbull.model.JobId;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.Segment;
import io.qbull.model.StreamId;
import io.qbull.store.Examiner;
import io.qbull.store.StoreException;
import io.qbull.store.redis.client.CommandRouter;
import io.qbull.store.redis.client.Futures;
import io.qbull.store.redis.client.RedisErrors;
import io.qbull.store.redis.client.Reply;
import io.qbull.store.redis.client.Request;
import io.qbull.store.redis.schema.Keys;
import io.qbull.store.redis.schema.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Reads partitions closely in Redis. Thread-safe. */
public final class RedisExaminer implements Examiner {
    private static final String MOST_BYTES = Integer.toString(1024 * 1024);
    private static final String MOST_JOBS = Integer.toString(MOST);

    private final CommandRouter router;

    public RedisExaminer(CommandRouter router) {
        this.router = router;
    }

    @Override
    public CompletionStage<Pods> pods(QueueName queue) {
        String key = Keys.pods(queue);
        return RedisErrors.translate(router.send(key, Request.of(CommandType.HGETALL, key))
                .thenCombine(
                        router.send(key, Request.of(CommandType.TIME)),
                        (pods, time) -> new Pods(RedisRegistrations.pods(pods), RedisDeadLetters.millis(time))));
    }

    @Override
    public CompletionStage<Server> server(PartitionId partition) {
        String key = Keys.lease(partition);
        CompletionStage<String> refusal = refusal(key);
        return RedisErrors.translate(Futures.all(List.of(
                        router.send(key, Request.of(CommandType.INFO, "replication")),
                        router.send(key, Request.of(CommandType.INFO, "memory"))))
                .thenCombine(refusal, (sections, refused) -> {
                    String replication = sections.get(0).text(0);
                    String memory = sections.get(1).text(0);
                    return new Server(
                            info(replication, "master_replid"),
                            info(replication, "role").equals("slave") ? "it is a replica" : refused,
                            number(info(memory, "used_memory")),
                            number(info(memory, "maxmemory")));
                }));
    }

    /** Tries a write that changes nothing and that a full server takes. Empty if it takes it. */
    private CompletionStage<String> refusal(String key) {
        return RedisErrors.translate(router.send(key, Request.of(CommandType.PERSIST, key)))
                .handle((done, failure) ->
                        failure instanceof StoreException.Full full ? String.valueOf(full.getMessage()) : "");
    }

    private static String info(String section, String name) {
        return section.lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).trim())
                .findFirst()
                .orElse("");
    }

    private static long number(String text) {
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
    }

    @Override
    public CompletionStage<Partition> partition(PartitionId id) {
        return RedisErrors.translate(
                LogStreams.lengths(router::send, id).thenCompose(lengths -> partition(id, lengths)));
    }

    private CompletionStage<Partition> partition(PartitionId id, NavigableMap<Segment, Long> lengths) {
        Segment segment = LogStreams.first(lengths);
        String stream = Keys.segment(id, segment);
        String lease = Keys.lease(id);
        String held = Keys.heldJobs(id);
        String delayed = Keys.delayed(id);
        return Futures.all(List.of(
                        router.send(stream, Request.of(CommandType.TIME)),
                        router.run(
                                        Script.LETTERS,
                                        List.of(stream),
                                        RedisJobLog.args(StreamId.START.toString(), "+", "1", "1", "0"))
                                .thenApply(CommandRouter.RoutedReply::reply),
                        router.send(
                                lease,
                                Request.of(
                                        CommandType.HMGET,
                                        lease,
                                        "owner",
                                        "epoch",
                                        "expires",
                                        "ttl",
                                        "inflight",
                                        "doing")),
                        router.send(held, Request.of(CommandType.ZCARD, held)),
                        router.send(held, Request.of(CommandType.ZLEXCOUNT, held, "[b", "(c")),
                        router.send(delayed, Request.of(CommandType.ZCARD, delayed)),
                        router.send(delayed, Request.of(CommandType.ZRANGE, delayed, "0", "0", "WITHSCORES"))))
                .thenCompose(each -> withAttempts(id, segment, LogStreams.total(lengths), each));
    }

    /** The name of the first entry is known only now. */
    private CompletionStage<Partition> withAttempts(PartitionId id, Segment segment, long entries, List<Reply> each) {
        List<Reply> first = each.get(1).list(2).lists();
        String attempts = Keys.attempts(id);
        EntryId entry = first.isEmpty()
                ? EntryId.START
                : new EntryId(segment, StreamId.parse(first.get(0).text(0)));
        return router.send(attempts, Request.of(CommandType.HMGET, attempts, entry.toString()))
                .thenApply(known -> {
                    String text = known.textOrNull(0);
                    long now = RedisDeadLetters.millis(each.get(0));
                    boolean gate = !first.isEmpty()
                            && segment.own()
                            && LogCodec.isMarker(first.get(0).list(1));
                    JobView head = first.isEmpty() || gate
                            ? null
                            : view(
                                    entry.toString(),
                                    LogCodec.decode(entry, first.get(0).list(1), text == null ? "" : text));
                    Reply next = each.get(6);
                    return new Partition(
                            id,
                            lease(each.get(2), now),
                            entries,
                            head,
                            gate,
                            head == null ? Duration.ZERO : since(head.atMillis(), now),
                            each.get(3).number(0)
                                    + (Keys.BUNDLE - 1) * each.get(4).number(0),
                            each.get(5).number(0),
                            next.size() < 2
                                    ? null
                                    : Duration.ofMillis(Math.max(0, (long) Double.parseDouble(next.text(1)) - now)));
                });
    }

    private static Duration since(long then, long now) {
        return Duration.ofMillis(Math.max(0, now - then));
    }

    private static Lease lease(Reply reply, long now) {
        String owner = reply.textOrNull(0);
        String epoch = reply.textOrNull(1);
        long expires = number(String.valueOf(reply.textOrNull(2)));
        long ttl = number(String.valueOf(reply.textOrNull(3)));
        boolean alive = owner != null && epoch != null && expires > now;
        // Written before the clock of Redis went back, it lives no longer than its ttl.
        long left = ttl > 0 ? Math.min(expires - now, ttl) : expires - now;
        return new Lease(
                owner == null ? null : LeaseOwner.parse(owner).pod().value(),
                alive ? Duration.ofMillis(left) : Duration.ZERO,
                alive || expires == 0 ? null : since(expires, now),
                alive && ttl > 0 ? Duration.ofMillis(ttl - left) : null,
                Duration.ofMillis(ttl),
                alive ? (int) number(String.valueOf(reply.textOrNull(4))) : 0,
                alive && epoch != null ? OwnerReports.read(reply.textOrNull(5), epoch, now) : null);
    }

    @Override
    public CompletionStage<LogPage> log(PartitionId partition, EntryId after) {
        return RedisErrors.translate(LogStreams.lengths(router::send, partition).thenCompose(lengths -> {
            List<Segment> streams = lengths.tailMap(after.segment(), true).entrySet().stream()
                    .filter(stream -> stream.getValue() > 0)
                    .map(Map.Entry::getKey)
                    .toList();
            return log(partition, streams, new LogPage(List.of(), after, false));
        }));
    }

    /** Goes on with the first of these streams, and with the next one when that has ended. */
    private CompletionStage<LogPage> log(PartitionId partition, List<Segment> streams, LogPage read) {
        if (streams.isEmpty()) {
            return CompletableFuture.completedStage(read);
        }
        Segment segment = streams.get(0);
        StreamId after = segment.equals(read.last().segment()) ? read.last().streamId() : StreamId.START;
        int most = MOST - read.jobs().size();
        List<byte[]> args = RedisJobLog.args(after.toString(), "+", Integer.toString(most), MOST_BYTES, "0");
        return router.run(Script.LETTERS, List.of(Keys.segment(partition, segment)), args)
                .thenCompose(answer -> {
                    Reply reply = tagged(answer.reply(), "letters");
                    LogPage now = longer(read, segment, reply);
                    return now.more()
                            ? CompletableFuture.completedStage(now)
                            : log(partition, streams.subList(1, streams.size()), now);
                });
    }

    private static LogPage longer(LogPage read, Segment segment, Reply reply) {
        List<JobView> jobs = new ArrayList<>(read.jobs());
        EntryId last = read.last();
        for (Reply each : reply.list(2).lists()) {
            last = new EntryId(segment, StreamId.parse(each.text(0)));
            // One that was held before it moved is a job like others to people.
            Entry entry = segment.own()
                    ? LogCodec.read(last, each.list(1), EntryCodec.NO_ATTEMPTS)
                    : LogCodec.decode(last, each.list(1), EntryCodec.NO_ATTEMPTS);
            if (!(entry instanceof Entry.Marker)) {
                jobs.add(view(last.toString(), entry));
            }
        }
        return new LogPage(jobs, last, reply.number(1) == 1);
    }

    @Override
    public CompletionStage<Page> held(PartitionId partition, @Nullable String key, int from) {
        String tag = key == null ? "" : HexFormat.of().formatHex(Script.sha1(key));
        List<byte[]> args = RedisJobLog.args(tag, Integer.toString(from), MOST_JOBS, MOST_BYTES);
        return RedisErrors.translate(router.run(Script.LINE, List.of(Keys.heldJobs(partition)), args)
                .thenApply(answer -> {
                    Reply reply = tagged(answer.reply(), "line");
                    List<Reply> members = new ArrayList<>(reply.list(3).lists());
                    if (key != null) {
                        members.sort(Comparator.comparing(member -> member.text(0)));
                    }
                    List<JobView> jobs = members.stream()
                            .map(member -> view(
                                    member.text(1),
                                    LogCodec.decodeHeld(
                                            HeldPlace.parse(member.text(0)), member.list(2), EntryCodec.NO_ATTEMPTS)))
                            .toList();
                    return new Page(jobs, reply.number(1) == 1, (int) reply.number(2), 0);
                }));
    }

    @Override
    public CompletionStage<Page> delayed(PartitionId partition, @Nullable JobId id, int from) {
        List<String> keys = List.of(Keys.delayed(partition), Keys.delayedJobs(partition), Keys.delayedIds(partition));
        List<byte[]> args = RedisJobLog.args(id == null ? "" : id.value(), Integer.toString(from), MOST_JOBS);
        return RedisErrors.translate(router.run(Script.DELAYS, keys, args).thenApply(answer -> {
            Reply reply = tagged(answer.reply(), "delays");
            List<JobView> jobs = reply.list(3).lists().stream()
                    .map(job -> view(job.text(0) + "-0", job.list(1), EntryCodec.NO_ATTEMPTS))
                    .toList();
            return new Page(jobs, reply.number(1) == 1, from + jobs.size(), Long.parseLong(reply.text(2)));
        }));
    }

    @Override
    public CompletionStage<Boolean> knows(PartitionId partition, JobId id) {
        String seen = Keys.seen(partition);
        return RedisErrors.translate(router.send(seen, Request.of(CommandType.ZSCORE, seen, id.value()))
                .thenApply(score -> score.size() > 0 && score.textOrNull(0) != null));
    }

    private static Reply tagged(Reply reply, String tag) {
        if (!reply.tag().equals(tag)) {
            throw reply.unknown();
        }
        return reply;
    }

    private static JobView view(String place, Reply fields, String attempts) {
        return view(place, EntryCodec.decode(place, fields, attempts));
    }

    private static JobView view(String place, Entry entry) {
        if (entry instanceof Entry.Decoded decoded) {
            Job job = decoded.job();
            // In a segment, its stream id may only say when it has moved.
            long at = job.entry().segment().own() ? job.streamId().millis() : job.enqueuedAtMillis();
            return new JobView(job.entry(), job.id().value(), job.key(), job.attempts(), at);
        }
        return new JobView(
                entry.id(), place, "", Attempts.NONE, entry.streamId().millis());
    }
}
