package io.qbull.store.redis.tables;

import io.lettuce.core.protocol.CommandType;
import io.qbull.model.Entry;
import io.qbull.model.HeldPlace;
import io.qbull.model.Job;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.StreamId;
import io.qbull.store.HeldKeyTable;
import io.qbull.store.redis.client.CommandRouter;
import io.qbull.store.redis.client.RedisErrors;
import io.qbull.store.redis.client.Reply;
import io.qbull.store.redis.client.Request;
import io.qbull.store.redis.schema.Keys;
import io.qbull.store.redis.schema.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The held keys in Redis, as people see them. Thread-safe. */
public final class RedisHeldKeyTable implements HeldKeyTable {
    private static final int MOST_KEYS = 100;
    private static final int MOST_BYTES = 1024 * 1024;
    private static final String UNTIL_ASKED = "-1";

    private final CommandRouter router;

    public RedisHeldKeyTable(CommandRouter router) {
        this.router = router;
    }

    @Override
    public CompletionStage<Integer> partitions(QueueName queue) {
        return RedisLayoutTable.mostPartitions(router, queue);
    }

    @Override
    public CompletionStage<Long> now(PartitionId partition) {
        return RedisErrors.translate(
                router.send(Keys.held(partition), Request.of(CommandType.TIME)).thenApply(RedisDeadLetters::millis));
    }

    @Override
    public CompletionStage<Page> read(PartitionId partition, String after) {
        return read(partition, "", after, MOST_KEYS);
    }

    @Override
    public CompletionStage<Page> find(PartitionId partition, String key) {
        String tag = HexFormat.of().formatHex(Script.sha1(key));
        return read(partition, tag, "", 1).thenApply(page -> new Page(page.keys(), null));
    }

    @Override
    public CompletionStage<List<StreamId>> ask(PartitionId partition, OwnerRequest request, List<HeldKey> keys) {
        if (keys.isEmpty() || keys.size() > MOST_KEYS) {
            throw new IllegalArgumentException("a call takes 1 to " + MOST_KEYS + " keys, not " + keys.size());
        }
        List<byte[]> args = RedisJobLog.args(request.name().toLowerCase(Locale.ROOT));
        for (HeldKey each : keys) {
            args.addAll(RedisJobLog.args(each.first().key(), each.place()));
        }
        return RedisErrors.translate(
                router.run(Script.ASK, List.of(Keys.inbox(partition), Keys.heldJobs(partition)), args)
                        .thenApply(answer -> requests(answer.reply())));
    }

    @Override
    public CompletionStage<List<StreamId>> open(PartitionId partition, StreamId first, StreamId last) {
        String inbox = Keys.inbox(partition);
        Request between = Request.of(
                CommandType.XRANGE, inbox, first.toString(), last.toString(), "COUNT", Integer.toString(MOST_OPEN));
        return RedisErrors.translate(router.send(inbox, between)
                .thenApply(found -> found.lists().stream()
                        .map(entry -> StreamId.parse(entry.text(0)))
                        .toList()));
    }

    private CompletionStage<Page> read(PartitionId partition, String only, String after, int most) {
        List<String> keys = List.of(Keys.heldJobs(partition));
        List<byte[]> args = RedisJobLog.args(only, after, Integer.toString(most), Integer.toString(MOST_BYTES));
        return RedisErrors.translate(
                router.run(Script.HEADS, keys, args).thenCompose(answer -> page(partition, answer.reply())));
    }

    /** The names of the keys are known only now: how they stand is read by them. */
    private CompletionStage<Page> page(PartitionId partition, Reply reply) {
        if (!reply.tag().equals("heads")) {
            throw reply.unknown();
        }
        List<Reply> heads = new ArrayList<>();
        List<Entry.Decoded> first = new ArrayList<>();
        for (Reply head : reply.list(3).lists()) {
            // An owner holds only what it can decode.
            if (LogCodec.decodeHeld(HeldPlace.parse(head.text(1)), head.list(3), EntryCodec.NO_ATTEMPTS)
                    instanceof Entry.Decoded decoded) {
                heads.add(head);
                first.add(decoded);
            }
        }
        List<Reply> all = reply.list(3).lists();
        String next = reply.number(1) == 1 ? all.get(all.size() - 1).text(0) : null;
        if (heads.isEmpty()) {
            return CompletableFuture.completedStage(new Page(List.of(), next));
        }
        String held = Keys.held(partition);
        List<String> names = new ArrayList<>(List.of(held));
        first.forEach(entry -> names.add(entry.job().key()));
        long now = Long.parseLong(reply.text(2));
        return router.send(held, Request.of(CommandType.HMGET, names.toArray(String[]::new)))
                .thenApply(states -> new Page(keys(partition, heads, first, states, now), next));
    }

    /** Leaves out the keys that are no longer held. */
    private static List<HeldKey> keys(
            PartitionId partition, List<Reply> heads, List<Entry.Decoded> first, Reply states, long now) {
        List<HeldKey> keys = new ArrayList<>();
        for (int i = 0; i < heads.size(); i++) {
            Reply head = heads.get(i);
            String state = states.textOrNull(i);
            if (state != null) {
                Job job = first.get(i).job();
                keys.add(new HeldKey(partition, head.text(0), job, head.text(1), head.number(4), pause(state, now)));
            }
        }
        return List.copyOf(keys);
    }

    private static Pause pause(String state, long now) {
        String[] parts = state.split(" ", 4);
        return new Pause(
                Integer.parseInt(parts[1]),
                Long.parseLong(parts[2]),
                parts[0].equals(UNTIL_ASKED) ? null : Duration.ofMillis(Math.max(0, Long.parseLong(parts[0]) - now)),
                parts[3]);
    }

    private static List<StreamId> requests(Reply reply) {
        if (!reply.tag().equals("asked")) {
            throw reply.unknown();
        }
        List<StreamId> requests = new ArrayList<>();
        for (int i = 1; i < reply.size(); i++) {
            if (!reply.text(i).isEmpty()) {
                requests.add(StreamId.parse(reply.text(i)));
            }
        }
        return List.copyOf(requests);
    }
}
