package io.qbull.store.redis.tables;

import io.lettuce.core.protocol.CommandType;
import io.qbull.model.DeadLetter;
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
import io.qbull.store.redis.tables.EarlierSeen.Freed;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The dead-letter streams in Redis. Thread-safe. */
public final class RedisDeadLetters implements DeadLetters {
    private final CommandRouter router;
    private final DeadLetterHomes homes;
    private final EarlierSeen earlier;

    public RedisDeadLetters(CommandRouter router) {
        this.router = router;
        this.homes = new DeadLetterHomes(router);
        this.earlier = new EarlierSeen(router);
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
                Integer.toString(DeadLetterHomes.MOST_LETTERS),
                Integer.toString(DeadLetterHomes.MOST_BYTES),
                Integer.toString(longestBody));
        return RedisErrors.translate(router.run(Script.LETTERS, List.of(Keys.dead(partition)), args)
                .thenApply(answer -> page(partition, answer.reply())));
    }

    @Override
    public CompletionStage<Integer> settle(QueueName queue) {
        return RedisErrors.translate(homes.settle(queue));
    }

    @Override
    public CompletionStage<Requeued> requeue(PartitionId partition, List<DeadLetter> letters) {
        checkCount(letters.size());
        return RedisErrors.translate(homes.of(partition.queue()).thenCompose(home -> {
            List<String> args =
                    new ArrayList<>(List.of(Integer.toString(home.layout().version())));
            letters.stream()
                    .filter(letter -> home.of(letter) == partition.index())
                    .forEach(letter -> args.add(letter.entry().streamId().toString()));
            if (args.size() == 1) {
                return CompletableFuture.completedStage(new Requeued(0, 0));
            }
            return done(
                    Script.REQUEUE,
                    List.of(Keys.dead(partition), Keys.stream(partition), Keys.seal(partition)),
                    RedisJobLog.args(args.toArray(String[]::new)),
                    reply -> new Requeued((int) reply.number(1), (int) reply.number(2)));
        }));
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
        return RedisErrors.translate(discarded(partition, args)
                .thenCompose(places ->
                        earlier.free(partition, freed(letters, places)).thenApply(free -> places.size())));
    }

    private static List<Freed> freed(List<DeadLetter> letters, Set<String> places) {
        List<Freed> freed = new ArrayList<>();
        for (DeadLetter letter : letters) {
            Job job = letter.job();
            if (job != null && places.contains(letter.entry().streamId().toString())) {
                freed.add(new Freed(job.id().value(), letter::home));
            }
        }
        return freed;
    }

    @Override
    public CompletionStage<Integer> expire(PartitionId partition, List<StreamId> letters) {
        checkCount(letters.size());
        return discarded(
                        partition,
                        letters.stream()
                                .flatMap(letter -> Stream.of(letter.toString(), ""))
                                .toList())
                .thenApply(Set::size);
    }

    /** The places of the letters that were there. */
    private CompletionStage<Set<String>> discarded(PartitionId partition, List<String> args) {
        return done(
                Script.DISCARD,
                List.of(Keys.dead(partition), Keys.seen(partition)),
                RedisJobLog.args(args.toArray(String[]::new)),
                reply -> {
                    Reply places = reply.list(1);
                    return IntStream.range(0, places.size())
                            .mapToObj(places::text)
                            .collect(Collectors.toUnmodifiableSet());
                });
    }

    private <T> CompletionStage<T> done(
            Script script, List<String> keys, List<byte[]> args, Function<Reply, T> result) {
        return RedisErrors.translate(router.run(script, keys, args).thenApply(answer -> {
            return switch (answer.reply().tag()) {
                case "done" -> result.apply(answer.reply());
                case "layout" ->
                    throw RedisErrors.unavailable(
                            "the queue is being resized; dead letters can be retried when it has its new layout");
                default -> throw answer.reply().unknown();
            };
        }));
    }

    private static void checkCount(int letters) {
        if (letters < 1 || letters > DeadLetterHomes.MOST_LETTERS) {
            throw new IllegalArgumentException(
                    "a call takes 1 to " + DeadLetterHomes.MOST_LETTERS + " letters, not " + letters);
        }
    }

    private static Page page(PartitionId partition, Reply reply) {
        if (!reply.tag().equals("letters")) {
            throw reply.unknown();
        }
        List<DeadLetter> letters = new ArrayList<>();
        for (Reply letter : reply.list(2).lists()) {
            letters.add(DeadLetterCodec.letter(partition, letter.text(0), letter.list(1), letter.number(2)));
        }
        return new Page(List.copyOf(letters), reply.number(1) == 1);
    }
}
