package io.qbull.store.redis.tables;

import static java.util.Objects.requireNonNullElse;

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
 * stream, copied first and deleted when that was answered. Who copies a letter again is answered that it is there. The next layout may send
 * it elsewhere, so what was copied by the last one is deleted first. Thread-safe.
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
            return Rounds.of(
                            PARTITIONS_AT_ONCE,
                            IntStream.range(0, most).boxed().toList(),
                            index -> settle(new PartitionId(queue, index), current, read))
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

    private CompletionStage<Integer> settle(PartitionId partition, Layout current, LayoutHash read) {
        return page(partition, StreamId.START.toString()).thenCompose(first -> {
            if (first.isEmpty()) {
                return CompletableFuture.completedStage(0);
            }
            Home home = new Home(current, read.keyHash());
            return recall(partition, current, read)
                    .thenCompose(recalled -> relocate(partition, home, StreamId.START.toString(), 0));
        });
    }

    /** Deletes what was sent by another layout, and not deleted: the partition notes by which one letters leave it. */
    private CompletionStage<?> recall(PartitionId partition, Layout current, LayoutHash read) {
        return field(partition, partition)
                .thenCompose(noted -> read.layouts().stream()
                        .filter(layout -> !layout.equals(current)
                                && Integer.toString(layout.version()).equals(noted))
                        .findFirst()
                        .<CompletionStage<?>>map(layout ->
                                recall(partition, new Home(layout, read.keyHash()), StreamId.START.toString()))
                        .orElseGet(() -> CompletableFuture.completedStage(null)));
    }

    private CompletionStage<?> recall(PartitionId partition, Home before, String after) {
        return page(partition, after).thenCompose(page -> {
            Map<Integer, List<Reply>> left = page.leaving(before);
            return Futures.all(left.entrySet().stream()
                            .map(each -> sent(partition, each.getKey(), before.layout(), each.getValue()))
                            .toList())
                    .thenCompose(sent -> delete(
                            partition, sent.stream().flatMap(List::stream).toList()))
                    .thenCompose(gone -> page.more()
                            ? recall(partition, before, page.last())
                            : CompletableFuture.completedStage(null));
        });
    }

    /** Those of some letters that another partition has got by a layout. */
    private CompletionStage<List<Reply>> sent(PartitionId partition, int index, Layout layout, List<Reply> letters) {
        return field(new PartitionId(partition.queue(), index), partition).thenApply(last -> {
            String[] parts = last.split(" ", -1);
            if (parts.length != 2 || !parts[0].equals(Integer.toString(layout.version()))) {
                return List.of();
            }
            StreamId newest = StreamId.parse(parts[1]);
            return letters.stream()
                    .filter(letter -> StreamId.parse(letter.text(0)).compareTo(newest) <= 0)
                    .toList();
        });
    }

    /** What a partition has on record about one; empty if it has nothing. */
    private CompletionStage<String> field(PartitionId at, PartitionId about) {
        String key = Keys.letters(at);
        return router.send(key, Request.of(CommandType.HMGET, key, Integer.toString(about.index())))
                .thenApply(reply -> requireNonNullElse(reply.textOrNull(0), ""));
    }

    private CompletionStage<Integer> relocate(PartitionId partition, Home home, String after, int moved) {
        return page(partition, after).thenCompose(page -> {
            Map<Integer, List<Reply>> leaving = page.leaving(home);
            List<Reply> all = leaving.values().stream().flatMap(List::stream).toList();
            CompletionStage<?> gone = all.isEmpty()
                    ? CompletableFuture.completedStage(null)
                    : depart(partition, home.layout())
                            .thenCompose(noted -> forward(partition, home.layout(), leaving))
                            .thenCompose(there -> delete(partition, all));
            return gone.thenCompose(done -> page.more()
                    ? relocate(partition, home, page.last(), moved + all.size())
                    : CompletableFuture.completedStage(moved + all.size()));
        });
    }

    private CompletionStage<?> depart(PartitionId partition, Layout layout) {
        return router.run(
                Script.DEPART,
                List.of(Keys.letters(partition)),
                RedisJobLog.args(Integer.toString(partition.index()), Integer.toString(layout.version())));
    }

    /**
     * Some letters of a partition.
     *
     * @param partition where they lie
     * @param letters each a place and its fields
     * @param more whether others follow
     */
    private record Page(PartitionId partition, List<Reply> letters, boolean more) {
        boolean isEmpty() {
            return letters.isEmpty();
        }

        String last() {
            return letters.get(letters.size() - 1).text(0);
        }

        /** Those that belong elsewhere, by where, without those that no command can carry. */
        Map<Integer, List<Reply>> leaving(Home home) {
            Map<Integer, List<Reply>> leaving = new TreeMap<>();
            for (Reply letter : letters) {
                int index = home.of(DeadLetterCodec.letter(partition, letter.text(0), letter.list(1), 0));
                if (index != partition.index() && letter.list(1).size() < MOST_FIELDS) {
                    leaving.computeIfAbsent(index, each -> new ArrayList<>()).add(letter);
                }
            }
            return leaving;
        }
    }

    private CompletionStage<Page> page(PartitionId partition, String after) {
        List<byte[]> args = RedisJobLog.args(
                after,
                "+",
                Integer.toString(MOST_LETTERS),
                Integer.toString(MOST_BYTES),
                Integer.toString(Integer.MAX_VALUE));
        return router.run(Script.LETTERS, List.of(Keys.dead(partition)), args).thenApply(answer -> {
            List<Reply> letters = answer.reply().list(2).lists();
            return new Page(partition, letters, answer.reply().number(1) == 1 && !letters.isEmpty());
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

    private CompletionStage<?> delete(PartitionId partition, List<Reply> letters) {
        if (letters.isEmpty()) {
            return CompletableFuture.completedStage(null);
        }
        List<String> args = new ArrayList<>();
        letters.forEach(letter -> args.addAll(List.of(letter.text(0), "")));
        return router.run(
                Script.DISCARD,
                List.of(Keys.dead(partition), Keys.seen(partition)),
                RedisJobLog.args(args.toArray(String[]::new)));
    }
}
