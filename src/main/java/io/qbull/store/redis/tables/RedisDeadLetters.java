package io.qbull.store.redis.tables;

import io.lettuce.core.protocol.CommandType;
import io.qbull.model.DeadLetter;
import io.qbull.model.DeadLetter.Burial;
import io.qbull.model.Job;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.StreamId;
import io.qbull.store.DeadLetters;
import io.qbull.store.redis.client.CommandRouter;
import io.qbull.store.redis.client.Futures;
import io.qbull.store.redis.client.RedisErrors;
import io.qbull.store.redis.client.Reply;
import io.qbull.store.redis.client.Request;
import io.qbull.store.redis.schema.Keys;
import io.qbull.store.redis.schema.Script;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The dead-letter streams in Redis. Thread-safe. */
public final class RedisDeadLetters implements DeadLetters {
    private static final int MOST_LETTERS = 100;
    private static final int MOST_BYTES = 1024 * 1024;
    /** The first field that bury.lua adds. */
    private static final String FIRST_ADDED = "reason";

    private final CommandRouter router;

    public RedisDeadLetters(CommandRouter router) {
        this.router = router;
    }

    @Override
    public CompletionStage<Integer> partitions(QueueName queue) {
        return RedisLayoutTable.mostPartitions(router, queue);
    }

    @Override
    public CompletionStage<StreamId> newest(PartitionId partition) {
        String key = Keys.dead(partition);
        return RedisErrors.translate(router.send(key, Request.of(CommandType.XREVRANGE, key, "+", "-", "COUNT", "1"))
                .thenApply(RedisDeadLetters::first));
    }

    @Override
    public CompletionStage<Stock> stock(PartitionId partition) {
        String key = Keys.dead(partition);
        return RedisErrors.translate(Futures.all(List.of(
                        router.send(key, Request.of(CommandType.XLEN, key)),
                        router.send(key, Request.of(CommandType.XRANGE, key, "-", "+", "COUNT", "1")),
                        router.send(key, Request.of(CommandType.XREVRANGE, key, "+", "-", "COUNT", "1")),
                        router.send(key, Request.of(CommandType.TIME))))
                .thenApply(each ->
                        new Stock(each.get(0).number(0), first(each.get(1)), first(each.get(2)), millis(each.get(3)))));
    }

    private static StreamId first(Reply entries) {
        return entries.size() == 0
                ? StreamId.START
                : StreamId.parse(entries.list(0).text(0));
    }

    static long millis(Reply time) {
        return Long.parseLong(time.text(0)) * 1000 + Long.parseLong(time.text(1)) / 1000;
    }

    @Override
    public CompletionStage<Page> read(PartitionId partition, StreamId after, StreamId last, int longestBody) {
        List<byte[]> args = RedisJobLog.args(
                after.toString(),
                last.toString(),
                Integer.toString(MOST_LETTERS),
                Integer.toString(MOST_BYTES),
                Integer.toString(longestBody));
        return RedisErrors.translate(router.run(Script.LETTERS, List.of(Keys.dead(partition)), args)
                .thenApply(answer -> page(partition, answer.reply())));
    }

    @Override
    public CompletionStage<Requeued> requeue(PartitionId partition, List<StreamId> letters) {
        checkCount(letters.size());
        List<byte[]> args =
                RedisJobLog.args(letters.stream().map(StreamId::toString).toArray(String[]::new));
        return done(
                Script.REQUEUE,
                List.of(Keys.dead(partition), Keys.stream(partition)),
                args,
                reply -> new Requeued((int) reply.number(1), (int) reply.number(2)));
    }

    @Override
    public CompletionStage<Integer> discard(PartitionId partition, List<DeadLetter> letters) {
        checkCount(letters.size());
        List<String> args = new ArrayList<>();
        for (DeadLetter letter : letters) {
            Job job = letter.job();
            args.add(letter.entry().streamId().toString());
            args.add(job == null ? "" : job.id().value());
        }
        return discarded(partition, args);
    }

    @Override
    public CompletionStage<Integer> expire(PartitionId partition, List<StreamId> letters) {
        checkCount(letters.size());
        return discarded(
                partition,
                letters.stream()
                        .flatMap(letter -> Stream.of(letter.toString(), ""))
                        .toList());
    }

    private CompletionStage<Integer> discarded(PartitionId partition, List<String> args) {
        return done(
                Script.DISCARD,
                List.of(Keys.dead(partition), Keys.seen(partition)),
                RedisJobLog.args(args.toArray(String[]::new)),
                reply -> (int) reply.number(1));
    }

    private <T> CompletionStage<T> done(
            Script script, List<String> keys, List<byte[]> args, Function<Reply, T> result) {
        return RedisErrors.translate(router.run(script, keys, args).thenApply(answer -> {
            if (!answer.reply().tag().equals("done")) {
                throw answer.reply().unknown();
            }
            return result.apply(answer.reply());
        }));
    }

    private static void checkCount(int letters) {
        if (letters < 1 || letters > MOST_LETTERS) {
            throw new IllegalArgumentException("a call takes 1 to " + MOST_LETTERS + " letters, not " + letters);
        }
    }

    private static Page page(PartitionId partition, Reply reply) {
        if (!reply.tag().equals("letters")) {
            throw reply.unknown();
        }
        List<DeadLetter> letters = new ArrayList<>();
        for (Reply letter : reply.list(2).lists()) {
            letters.add(letter(partition, letter.text(0), letter.list(1), letter.number(2)));
        }
        return new Page(List.copyOf(letters), reply.number(1) == 1);
    }

    private static DeadLetter letter(PartitionId partition, String place, Reply flat, long bodyLength) {
        int buried = IntStream.iterate(0, i -> i + 1 < flat.size(), i -> i + 2)
                .filter(i -> flat.text(i).equals(FIRST_ADDED))
                .max()
                .orElse(flat.size());
        Reply entry = new Reply(flat.command(), flat.items().subList(0, buried));
        Map<String, byte[]> fields = new LinkedHashMap<>();
        for (int i = 0; i + 1 < buried; i += 2) {
            fields.put(flat.text(i), flat.bytes(i + 1));
        }
        return new DeadLetter(
                partition,
                EntryCodec.decode(place, entry, EntryCodec.NO_ATTEMPTS),
                bodyLength,
                fields,
                burial(flat, buried));
    }

    private static Burial burial(Reply flat, int from) {
        Map<String, String> added = new HashMap<>();
        for (int i = from; i + 1 < flat.size(); i += 2) {
            added.put(flat.text(i), flat.text(i + 1));
        }
        Long attempts = number(added.get("attempts"));
        String exception = added.getOrDefault("exception", "");
        return new Burial(
                added.get(FIRST_ADDED),
                exception.isEmpty() ? null : exception,
                attempts == null ? null : attempts.intValue(),
                number(added.get("failed_at")),
                added.get("epoch"));
    }

    private static @Nullable Long number(@Nullable String text) {
        return text != null && text.matches("\\d{1,18}") ? Long.valueOf(text) : null;
    }
}
