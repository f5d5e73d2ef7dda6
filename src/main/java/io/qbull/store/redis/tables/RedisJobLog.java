package io.qbull.store.redis.tables;

import io.lettuce.core.protocol.CommandType;
import io.qbull.model.Entry;
import io.qbull.model.EntryId;
import io.qbull.model.JobId;
import io.qbull.model.JobPlace;
import io.qbull.model.Lease;
import io.qbull.model.LogCursor;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.PartitionStage;
import io.qbull.model.QueueName;
import io.qbull.model.SealState;
import io.qbull.model.Segment;
import io.qbull.model.SourceId;
import io.qbull.model.StreamId;
import io.qbull.store.JobLog;
import io.qbull.store.redis.client.CommandRouter;
import io.qbull.store.redis.client.Futures;
import io.qbull.store.redis.client.RedisErrors;
import io.qbull.store.redis.client.Reply;
import io.qbull.store.redis.client.Request;
import io.qbull.store.redis.schema.Keys;
import io.qbull.store.redis.schema.Script;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The streams of jobs in Redis. Thread-safe. */
public final class RedisJobLog implements JobLog {
    /** How long a producer's last call is remembered: longer than a call is repeated, which is half an hour. */
    private static final Duration CALL_LIFETIME = Duration.ofMinutes(35);

    private static final int MOST_DONE = 1000;
    private static final int MOST_JOBS = 500;
    private static final Pattern VERSION = Pattern.compile("\\d{1,9}");
    /** In place of the deduplication window of a job that is a duplicate. */
    private static final String KNOWN = "-1";

    private final CommandRouter router;

    public RedisJobLog(CommandRouter router) {
        this.router = router;
    }

    @Override
    public CompletionStage<Fetch> fetch(
            Lease lease, LogCursor after, StreamId lastInstruction, int maxCount, int maxBytes) {
        PartitionId partition = lease.partition();
        List<String> keys = new ArrayList<>(List.of(
                Keys.lease(partition),
                Keys.stream(partition),
                Keys.attempts(partition),
                Keys.inbox(partition),
                Keys.delayed(partition),
                Keys.seal(partition),
                Keys.started(partition),
                Keys.moved(partition),
                Keys.staged(partition)));
        List<byte[]> args = ownerArgs(
                lease,
                after.own().toString(),
                Integer.toString(maxCount),
                Integer.toString(maxBytes),
                lastInstruction.toString());
        after.segments().forEach((segment, last) -> {
            keys.add(Keys.segment(partition, segment));
            args.add(Request.utf8(segment.toString()));
            args.add(Request.utf8(last.equals(StreamId.END) ? "" : last.toString()));
        });
        return RedisErrors.translate(
                router.runAs(lease, Script.FETCH, keys, args).thenApply(RedisJobLog::fetched));
    }

    @Override
    public CompletionStage<Verdict> tidy(Lease lease, List<Segment> segments) {
        PartitionId partition = lease.partition();
        List<String> keys =
                new ArrayList<>(List.of(Keys.lease(partition), Keys.started(partition), Keys.staged(partition)));
        segments.forEach(segment -> keys.add(Keys.segment(partition, segment)));
        String[] names = segments.stream().map(Segment::toString).toArray(String[]::new);
        return verdict(router.runAs(lease, Script.TIDY, keys, ownerArgs(lease, names)));
    }

    @Override
    public CompletionStage<Verdict> commit(Lease lease, List<EntryId> done) {
        if (done.isEmpty() || done.size() > MOST_DONE) {
            throw new IllegalArgumentException("a commit takes 1 to " + MOST_DONE + " entries, not " + done.size());
        }
        List<CompletionStage<Verdict>> commits = new ArrayList<>();
        done.stream()
                .collect(Collectors.groupingBy(EntryId::segment))
                .forEach((segment, entries) -> commits.add(commit(lease, segment, entries)));
        return commits.size() == 1
                ? commits.get(0)
                : RedisErrors.translate(Futures.all(commits)
                        .thenApply(verdicts -> verdicts.contains(Verdict.FENCED) ? Verdict.FENCED : Verdict.DONE));
    }

    private CompletionStage<Verdict> commit(Lease lease, Segment segment, List<EntryId> done) {
        PartitionId partition = lease.partition();
        List<String> keys = List.of(Keys.lease(partition), Keys.segment(partition, segment), Keys.attempts(partition));
        String[] names = done.stream().map(EntryId::toString).toArray(String[]::new);
        return verdict(router.runAs(lease, Script.COMMIT, keys, ownerArgs(lease, names)));
    }

    @Override
    public CompletionStage<Verdict> bury(Lease lease, JobPlace job, String key, Burial burial) {
        PartitionId partition = lease.partition();
        List<String> keys = List.of(
                Keys.lease(partition),
                Keys.segment(partition, job.entry().segment()),
                Keys.held(partition),
                Keys.heldJobs(partition),
                Keys.attempts(partition),
                Keys.dead(partition));
        List<byte[]> args = ownerArgs(
                lease,
                job.entry().toString(),
                job.held(),
                key,
                burial.reason(),
                burial.exception(),
                Integer.toString(burial.attempts()));
        return verdict(router.runAs(lease, Script.BURY, keys, args));
    }

    @Override
    public CompletionStage<Answer> enqueue(Call call) {
        int count = call.jobs().size();
        if (count < 1 || count > MOST_JOBS) {
            throw new IllegalArgumentException("a call takes 1 to " + MOST_JOBS + " jobs, not " + count);
        }
        return RedisErrors.translate(router.run(Script.ENQUEUE, enqueueKeys(call), enqueueArgs(call))
                .thenApply(answer -> answered(answer.reply(), count)));
    }

    private static List<String> enqueueKeys(Call call) {
        PartitionId partition = call.partition();
        Records records = call.records();
        return List.of(
                Keys.stream(partition),
                Keys.call(partition, call.producer()),
                Keys.seal(partition),
                Keys.seen(partition),
                Keys.source(partition, records == null ? "" : records.source().value()),
                Keys.delayed(partition),
                Keys.delayedJobs(partition),
                Keys.delayedIds(partition),
                Keys.inbox(partition));
    }

    private static List<byte[]> enqueueArgs(Call call) {
        Records records = call.records();
        List<byte[]> args = args(
                Integer.toString(call.layoutVersion()),
                Long.toString(call.number()),
                Long.toString(CALL_LIFETIME.toSeconds()),
                records == null ? "" : Long.toString(records.lifetime().toMillis()),
                Long.toString(call.maxBacklog()));
        String window = Long.toString(call.deduplicationWindow().toMillis());
        for (int i = 0; i < call.jobs().size(); i++) {
            NewJob job = call.jobs().get(i);
            args.add(Request.utf8(
                    records == null ? "" : Long.toString(records.offsets().get(i))));
            args.add(Request.utf8(call.known().contains(job.id()) ? KNOWN : job.callerId() ? window : "0"));
            EntryCodec.encode(job, args);
        }
        return args;
    }

    @Override
    public CompletionStage<Set<JobId>> known(PartitionId partition, List<JobId> ids) {
        if (ids.isEmpty() || ids.size() > MOST_JOBS) {
            throw new IllegalArgumentException("a call takes 1 to " + MOST_JOBS + " ids, not " + ids.size());
        }
        List<byte[]> args = args(ids.stream().map(JobId::value).toArray(String[]::new));
        return RedisErrors.translate(router.run(Script.KNOWN, List.of(Keys.seen(partition)), args)
                .thenApply(answer -> known(answer.reply(), ids)));
    }

    private static Set<JobId> known(Reply reply, List<JobId> ids) {
        if (!reply.tag().equals("known") || reply.text(1).length() != ids.size()) {
            throw reply.unknown();
        }
        return IntStream.range(0, ids.size())
                .filter(i -> reply.text(1).charAt(i) == '1')
                .mapToObj(ids::get)
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public NewJob original(NewJob job, Instant publishedAt) {
        return OriginalJob.write(job, publishedAt);
    }

    @Override
    public CompletionStage<Map<Integer, Long>> progress(PartitionId partition, SourceId source, Duration lifetime) {
        String key = Keys.source(partition, source.value());
        CompletionStage<Reply> read = lifetime.isZero()
                ? router.send(key, Request.of(CommandType.HGETALL, key))
                // Extends the lifetime first, so that the offsets cannot expire before the caller compares with them.
                : router.send(key, Request.of(CommandType.PEXPIRE, key, Long.toString(lifetime.toMillis())))
                        .thenCompose(extended -> router.send(key, Request.of(CommandType.HGETALL, key)));
        return RedisErrors.translate(read.thenApply(RedisJobLog::progress));
    }

    @Override
    public CompletionStage<Void> note(PartitionId partition, SourceId source, Duration lifetime) {
        List<byte[]> args = args(Long.toString(lifetime.toMillis()), Integer.toString(partition.index()));
        return RedisErrors.translate(router.run(Script.NOTE, List.of(Keys.met(partition.queue(), source.value())), args)
                .thenApply(answer -> null));
    }

    @Override
    public CompletionStage<List<PartitionId>> noted(QueueName queue, SourceId source, Duration lifetime) {
        String key = Keys.met(queue, source.value());
        return RedisErrors.translate(router.send(
                        key, Request.of(CommandType.PEXPIRE, key, Long.toString(lifetime.toMillis())))
                .thenCompose(extended -> router.send(key, Request.of(CommandType.SMEMBERS, key)))
                .thenApply(reply -> IntStream.range(0, reply.size())
                        .mapToObj(i -> new PartitionId(queue, Integer.parseInt(reply.text(i))))
                        .toList()));
    }

    @Override
    public CompletionStage<Void> forget(PartitionId partition, SourceId source) {
        String key = Keys.source(partition, source.value());
        return RedisErrors.translate(
                router.send(key, Request.of(CommandType.DEL, key)).thenApply(reply -> null));
    }

    @Override
    public CompletionStage<@Nullable StreamId> head(PartitionId partition) {
        String stream = Keys.stream(partition);
        return RedisErrors.translate(router.send(stream, Request.of(CommandType.XRANGE, stream, "-", "+", "COUNT", "1"))
                .thenCompose(entries -> entries.size() == 0
                        ? CompletableFuture.completedStage(null)
                        : resizing(partition)
                                .thenApply(resizing -> resizing
                                        ? null
                                        : StreamId.parse(entries.list(0).text(0)))));
    }

    private CompletionStage<Boolean> resizing(PartitionId partition) {
        String seal = Keys.seal(partition);
        String started = Keys.started(partition);
        return router.send(seal, Request.of(CommandType.GET, seal))
                .thenCombine(router.send(started, Request.of(CommandType.GET, started)), (taken, running) -> {
                    int version = SealState.parse(value(taken)).version();
                    return !Integer.toString(version).equals(Objects.requireNonNullElse(value(running), "0"));
                });
    }

    private static @Nullable String value(Reply got) {
        return got.size() == 0 ? null : got.textOrNull(0);
    }

    private static Map<Integer, Long> progress(Reply hash) {
        Map<Integer, Long> offsets = new HashMap<>();
        for (int i = 0; i + 1 < hash.size(); i += 2) {
            offsets.put(Integer.parseInt(hash.text(i)), Long.parseLong(hash.text(i + 1)));
        }
        return offsets;
    }

    static List<byte[]> ownerArgs(Lease lease, String... more) {
        List<byte[]> args = args(lease.owner().toString(), lease.epoch().toString());
        args.addAll(args(more));
        return args;
    }

    static List<byte[]> args(String... texts) {
        List<byte[]> args = new ArrayList<>();
        for (String text : texts) {
            args.add(Request.utf8(text));
        }
        return args;
    }

    static CompletionStage<Verdict> verdict(CompletionStage<Reply> reply) {
        return RedisErrors.translate(reply.thenApply(answer -> switch (answer.tag()) {
            case "done" -> Verdict.DONE;
            case "fenced" -> Verdict.FENCED;
            default -> throw answer.unknown();
        }));
    }

    private static Fetch fetched(Reply reply) {
        return switch (reply.tag()) {
            case "fenced" -> new Fetch.Fenced();
            case "segments" -> {
                Reply names = reply.list(1);
                yield new Fetch.Segments(IntStream.range(0, names.size())
                        .mapToObj(i -> Segment.parse(names.text(i)))
                        .sorted()
                        .toList());
            }
            case "entries" -> {
                List<Entry> entries = new ArrayList<>();
                for (Reply entry : reply.packed(2).lists()) {
                    entries.add(LogCodec.read(EntryId.parse(entry.text(0)), entry.list(1), entry.text(2)));
                }
                yield new Fetch.Entries(
                        List.copyOf(entries),
                        reply.number(1) == 1,
                        agenda(reply),
                        stage(reply, 5),
                        reply.number(8) == 1);
            }
            default -> throw reply.unknown();
        };
    }

    private static Agenda agenda(Reply reply) {
        List<Instruction> instructions =
                reply.list(3).lists().stream().map(RedisJobLog::instruction).toList();
        Duration dueIn = due(reply.number(4));
        return instructions.isEmpty() && dueIn == null ? Agenda.EMPTY : new Agenda(instructions, dueIn);
    }

    /**
     * @param from place of the seal in the reply; {@code started} and {@code moved} follow
     */
    static PartitionStage stage(Reply reply, int from) {
        return new PartitionStage(
                SealState.parse(reply.text(from)), version(reply.text(from + 1)), version(reply.text(from + 2)));
    }

    /** A version; 0 if there is none, or a text that is none: what was lost counts as never written. */
    private static int version(String text) {
        return VERSION.matcher(text).matches() ? Integer.parseInt(text) : 0;
    }

    static Instruction instruction(Reply entry) {
        Map<String, String> fields = new HashMap<>();
        Reply flat = entry.list(1);
        for (int i = 0; i + 1 < flat.size(); i += 2) {
            fields.put(flat.text(i), flat.text(i + 1));
        }
        return new Instruction(
                StreamId.parse(entry.text(0)),
                fields.getOrDefault("verb", ""),
                fields.getOrDefault("key", ""),
                fields.getOrDefault("place", ""),
                fields.getOrDefault("from", ""));
    }

    /** Milliseconds as a duration; null for -1. */
    static @Nullable Duration due(long millis) {
        return millis < 0 ? null : Duration.ofMillis(millis);
    }

    private static Answer answered(Reply reply, int jobs) {
        return switch (reply.tag()) {
            case "stale" -> new Answer.Stale();
            case "layout" -> new Answer.OtherLayout();
            case "crowded" -> new Answer.Crowded();
            case "accepted" -> {
                List<Answer.Place> places = places(reply.text(1));
                if (places.size() != jobs) {
                    // The number was used for another call before: a fault that must not look like success.
                    throw reply.unknown();
                }
                yield new Answer.Accepted(places);
            }
            default -> throw reply.unknown();
        };
    }

    /**
     * @param runs places as the script writes them: each alone, or the first of a run with the number of places
     */
    private static List<Answer.Place> places(String runs) {
        List<Answer.Place> places = new ArrayList<>();
        for (String run : runs.split(" ", -1)) {
            int times = run.indexOf('x');
            Answer.Place first = place(times < 0 ? run : run.substring(0, times));
            int count = times < 0 ? 1 : Integer.parseInt(run.substring(times + 1));
            StreamId id = first.streamId();
            boolean listed = !id.equals(StreamId.START);
            for (int i = 0; i < count; i++) {
                places.add(
                        listed
                                ? new Answer.Place(new StreamId(id.millis(), id.sequence() + i), first.duplicate())
                                : first);
            }
        }
        return places;
    }

    private static Answer.Place place(String id) {
        return switch (id) {
            case "-" -> new Answer.Place(StreamId.START, true);
            case "+" -> new Answer.Place(StreamId.START, false);
            default -> new Answer.Place(StreamId.parse(id), false);
        };
    }
}
