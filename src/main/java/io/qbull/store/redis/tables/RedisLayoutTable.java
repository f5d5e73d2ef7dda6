package io.qbull.store.redis.tables;

import io.lettuce.core.protocol.CommandType;
import io.qbull.model.Capacity;
import io.qbull.model.Causes;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.store.LayoutTable;
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
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Layouts and pods in Redis. A queue is created in steps: record the intent, open every partition, list the queue, make the layout
 * current. Each step may be repeated, raced or interrupted; the next pod continues. Thread-safe.
 */
public final class RedisLayoutTable implements LayoutTable {
    private static final Logger LOG = LoggerFactory.getLogger(RedisLayoutTable.class);
    /** Few enough that every reply arrives within the command timeout. */
    private static final int OPEN_AT_ONCE = 256;

    private final CommandRouter router;
    private final Supplier<CompletionStage<Void>> check;
    private final KeyHashes keyHashes;
    private final RedisRegistrations registrations;
    /** Queues that could not be listed; each is logged once. */
    private final Set<QueueName> unlisted = ConcurrentHashMap.newKeySet();

    /**
     * @param router sends the commands about layouts
     * @param pods sends those about pods, whose registration must not wait behind bulk data
     * @param check fails if a server must not be used; runs before a queue is created
     */
    public RedisLayoutTable(CommandRouter router, CommandRouter pods, Supplier<CompletionStage<Void>> check) {
        this.router = router;
        this.check = check;
        this.keyHashes = new KeyHashes(router);
        this.registrations = new RedisRegistrations(pods);
    }

    @Override
    public CompletionStage<Layout> createIfAbsent(QueueName queue, int partitions, KeyHash keyHash) {
        Layout wanted = new Layout(1, partitions);
        List<byte[]> args = RedisJobLog.args(Integer.toString(wanted.partitions()), keyHash.text());
        return RedisErrors.translate(check.get()
                .thenCompose(usable -> router.run(Script.INTENT, List.of(Keys.layout(queue)), args))
                .thenCompose(answer -> {
                    if (answer.reply().tag().equals("deleting")) {
                        throw RedisErrors.misconfigured("queue " + queue + " is being deleted; if that was broken off, "
                                + "./qbull delete " + queue + " finishes it");
                    }
                    Layout layout = layout(answer.reply());
                    String recorded = answer.reply().text(3);
                    if (recorded.isEmpty()) {
                        return keyHashes.adopt(queue, layout, keyHash).thenCompose(adopted -> listed(queue, layout));
                    }
                    KeyHashes.refuseOther(queue, recorded, keyHash);
                    return answer.reply().tag().equals("current") ? listed(queue, layout) : create(queue, layout);
                }));
    }

    @Override
    public CompletionStage<Optional<KeyHash>> keyHash(QueueName queue) {
        return keyHashes.recorded(queue);
    }

    @Override
    public CompletionStage<Boolean> open(PartitionId partition, int version) {
        return RedisErrors.translate(openOnce(partition, version).thenApply(answer -> {
            boolean lost = answer.reply().text(1).equals("1");
            if (lost) {
                LOG.warn(
                        "queue={} partition={} had lost its seal in Redis; it takes jobs again",
                        partition.queue(),
                        partition.index());
            }
            return lost;
        }));
    }

    private CompletionStage<CommandRouter.RoutedReply> openOnce(PartitionId partition, int version) {
        return router.run(Script.OPEN, openKeys(partition), RedisJobLog.args(Integer.toString(version), ""));
    }

    /** The keys of the script that opens a partition. */
    static List<String> openKeys(PartitionId partition) {
        return List.of(Keys.lease(partition), Keys.seal(partition), Keys.started(partition), Keys.stream(partition));
    }

    @Override
    public CompletionStage<List<Layout>> history(QueueName queue) {
        String key = Keys.layout(queue);
        return RedisErrors.translate(router.send(key, Request.of(CommandType.HGETALL, key))
                .thenApply(reply -> LayoutHash.of(queue, reply).layouts()));
    }

    @Override
    public CompletionStage<PodsView> register(
            QueueName queue, PodId pod, Capacity capacity, List<Integer> owned, Duration staleAfter, PodsView known) {
        return registrations.register(queue, pod, capacity, owned, staleAfter, known);
    }

    @Override
    public CompletionStage<Void> unregister(QueueName queue, PodId pod) {
        return registrations.unregister(queue, pod);
    }

    /** The largest number of partitions in any known layout; 0 if there is no layout. */
    static CompletionStage<Integer> mostPartitions(CommandRouter router, QueueName queue) {
        String key = Keys.layout(queue);
        return RedisErrors.translate(router.send(key, Request.of(CommandType.HGETALL, key))
                .thenApply(reply -> LayoutHash.of(reply).layouts().stream()
                        .mapToInt(Layout::partitions)
                        .max()
                        .orElse(0)));
    }

    private CompletionStage<Layout> create(QueueName queue, Layout intent) {
        List<byte[]> args =
                RedisJobLog.args(Integer.toString(intent.version()), Integer.toString(intent.partitions()), "0");
        return openFrom(queue, intent, 0)
                // Before the layout becomes current, so that no crash can leave a queue unlisted.
                .thenCompose(opened -> list(queue))
                .thenCompose(listed -> router.run(Script.CURRENT, List.of(Keys.layout(queue)), args))
                .thenApply(answer -> {
                    if (answer.reply().tag().equals("absent")) {
                        throw RedisErrors.unavailable("queue=" + queue + " was removed while it was being created");
                    }
                    Layout layout = layout(answer.reply());
                    LOG.info("queue={} was created with {} partitions", queue, layout.partitions());
                    return layout;
                });
    }

    /**
     * Lists a queue that may have been lost from the list. It works without, so its layout is returned in any case. A full Redis
     * refuses this even for a queue that is listed, so its refusal says nothing.
     */
    private CompletionStage<Layout> listed(QueueName queue, Layout layout) {
        return RedisErrors.translate(list(queue)).handle((reply, error) -> {
            if (error == null) {
                unlisted.remove(queue);
            } else if (!(Causes.bare(error) instanceof StoreException.Full) && unlisted.add(queue)) {
                LOG.error(
                        "queue={} works but may be missing in lists of queues: {}", queue, RedisErrors.message(error));
            }
            return layout;
        });
    }

    private CompletionStage<Reply> list(QueueName queue) {
        return router.send(Keys.QUEUES, Request.of(CommandType.SADD, Keys.QUEUES, queue.value()));
    }

    private CompletionStage<Void> openFrom(QueueName queue, Layout intent, int from) {
        int to = Math.min(intent.partitions(), from + OPEN_AT_ONCE);
        List<CompletionStage<CommandRouter.RoutedReply>> opened = new ArrayList<>();
        for (int index = from; index < to; index++) {
            opened.add(openOnce(new PartitionId(queue, index), intent.version()));
        }
        CompletionStage<List<CommandRouter.RoutedReply>> all = Futures.all(opened);
        return all.thenCompose(answers ->
                to == intent.partitions() ? CompletableFuture.completedStage(null) : openFrom(queue, intent, to));
    }

    private static Layout layout(Reply reply) {
        return switch (reply.tag()) {
            case "current", "intent" -> new Layout(Integer.parseInt(reply.text(1)), Integer.parseInt(reply.text(2)));
            default -> throw reply.unknown();
        };
    }
}
