package io.qbull.store.redis.tables;

import io.lettuce.core.protocol.CommandType;
import io.qbull.model.DeadLetter;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.StreamId;
import io.qbull.store.Rounds;
import io.qbull.store.redis.client.CommandRouter;
import io.qbull.store.redis.client.Futures;
import io.qbull.store.redis.client.RedisErrors;
import io.qbull.store.redis.client.Reply;
import io.qbull.store.redis.client.Request;
import io.qbull.store.redis.schema.Keys;
import io.qbull.store.redis.schema.Script;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The partitions in which the dead letters of a queue belong, and their way there after a resize: page by page, in the order of each
 * stream, copied first and deleted when that was answered. Who copies a letter again is answered that it is there. Thread-safe.
 */
final class DeadLetterHomes {
    /** The most letters of a call. */
    static final int MOST_LETTERS = 100;
    /** How many bytes of letters are read at once, though one letter if there is any. */
    static final int MOST_BYTES = 1024 * 1024;

    private static final int PARTITIONS_AT_ONCE = 16;
    /** What one command can carry. */
    private static final int MOST_FIELDS = 7900;

    private final CommandRouter router;

    DeadLetterHomes(CommandRouter router) {
        this.router = router;
    }

    /**
     * Where letters belong.
     *
     * @param layout the current layout
     * @param hash the key hash; null if they belong where they are: if it was never recorded, or no other layout was current before
     */
    record Home(Layout layout, @Nullable KeyHash hash) {
        int of(DeadLetter letter) {
            return hash == null ? letter.partition().index() : letter.home(layout, hash);
        }
    }

    /**
     * @return how many letters of a queue were moved
     */
    CompletionStage<Integer> settle(QueueName queue) {
        return layout(queue).thenCompose(hash -> {
            LayoutHash read = LayoutHash.of(hash);
            Layout current = read.current();
            if (current == null || read.intended() != null || read.replaced().isEmpty()) {
                return CompletableFuture.completedStage(0);
            }
            int most =
                    read.layouts().stream().mapToInt(Layout::partitions).max().orElse(0);
            Home home = new Home(current, read.keyHash());
            return Rounds.of(
                            PARTITIONS_AT_ONCE,
                            IntStream.range(0, most).boxed().toList(),
                            index -> relocate(new PartitionId(queue, index), home, StreamId.START.toString(), 0))
                    .thenApply(
                            moved -> moved.stream().mapToInt(Integer::intValue).sum());
        });
    }

    /**
     * @return where the letters of a queue belong; fails if it has no layout
     */
    CompletionStage<Home> of(QueueName queue) {
        return layout(queue).thenApply(hash -> {
            LayoutHash read = LayoutHash.of(hash);
            Layout current = read.current();
            if (current == null) {
                throw LayoutHash.absent(queue);
            }
            return new Home(current, read.replaced().isEmpty() ? null : read.keyHash());
        });
    }

    private CompletionStage<Reply> layout(QueueName queue) {
        String key = Keys.layout(queue);
        return router.send(key, Request.of(CommandType.HGETALL, key));
    }

    private CompletionStage<Integer> relocate(PartitionId partition, Home home, String after, int moved) {
        List<byte[]> args = RedisJobLog.args(
                after,
                "+",
                Integer.toString(MOST_LETTERS),
                Integer.toString(MOST_BYTES),
                Integer.toString(Integer.MAX_VALUE));
        return router.run(Script.LETTERS, List.of(Keys.dead(partition)), args).thenCompose(answer -> {
            List<Reply> page = answer.reply().list(2).lists();
            Map<Integer, List<Reply>> leaving = new TreeMap<>();
            for (Reply letter : page) {
                int index = home.of(DeadLetterCodec.letter(partition, letter.text(0), letter.list(1), 0));
                if (index != partition.index() && letter.list(1).size() < MOST_FIELDS) {
                    leaving.computeIfAbsent(index, each -> new ArrayList<>()).add(letter);
                }
            }
            int count = leaving.values().stream().mapToInt(List::size).sum();
            CompletionStage<?> gone = count == 0
                    ? CompletableFuture.completedStage(null)
                    : forward(partition, home.layout(), leaving).thenCompose(there -> delete(partition, leaving));
            boolean more = answer.reply().number(1) == 1 && !page.isEmpty();
            return gone.thenCompose(done -> more
                    ? relocate(partition, home, page.get(page.size() - 1).text(0), moved + count)
                    : CompletableFuture.completedStage(moved + count));
        });
    }

    private CompletionStage<?> forward(PartitionId partition, Layout layout, Map<Integer, List<Reply>> leaving) {
        List<CompletionStage<Reply>> sent = new ArrayList<>();
        leaving.forEach((index, letters) -> {
            PartitionId target = new PartitionId(partition.queue(), index);
            List<byte[]> args =
                    RedisJobLog.args(Integer.toString(layout.version()), Integer.toString(partition.index()));
            for (Reply letter : letters) {
                Reply fields = letter.list(1);
                args.add(letter.bytes(0));
                args.add(Request.utf8(Integer.toString(fields.size())));
                IntStream.range(0, fields.size()).forEach(i -> args.add(fields.bytes(i)));
            }
            List<String> keys = List.of(Keys.seal(target), Keys.dead(target), Keys.letters(target));
            sent.add(router.run(Script.FORWARD, keys, args).thenApply(answer -> forwarded(target, answer.reply())));
        });
        return Futures.all(sent);
    }

    private static Reply forwarded(PartitionId target, Reply reply) {
        return switch (reply.tag()) {
            case "done" -> reply;
            case "layout" ->
                throw RedisErrors.unavailable("queue=" + target.queue() + " partition=" + target.index()
                        + " is being resized; its dead letters can be moved when it has its new layout");
            default -> throw reply.unknown();
        };
    }

    private CompletionStage<?> delete(PartitionId partition, Map<Integer, List<Reply>> leaving) {
        List<String> args = new ArrayList<>();
        leaving.values().forEach(letters -> letters.forEach(letter -> args.addAll(List.of(letter.text(0), ""))));
        return router.run(
                Script.DISCARD,
                List.of(Keys.dead(partition), Keys.seen(partition)),
                RedisJobLog.args(args.toArray(String[]::new)));
    }
}
