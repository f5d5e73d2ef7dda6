package io.qbull.store.redis.tables;

import io.lettuce.core.protocol.CommandType;
import io.qbull.model.Capacity;
import io.qbull.model.Causes;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.model.SealState;
import io.qbull.store.LayoutTable;
import io.qbull.store.Rounds;
import io.qbull.store.StoreException;
import io.qbull.store.redis.client.CommandRouter;
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
import java.util.stream.IntStream;
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
    private final KnownLayouts known;
    private final Supplier<CompletionStage<Void>> check;
    private final KeyHashes keyHashes;
    private final RedisRegistrations registrations;
    /** Queues that could not be listed; each is logged once. */
    private final Set<QueueName> unlisted = ConcurrentHashMap.newKeySet();

    /**
     * @param router sends the commands about layouts
     * @param pods sends those about pods, whose registration must not wait behind bulk data
     * @param known remembers what is read of layouts
     * @param check fails if a server must not be used; runs before a queue is created
     */
    public RedisLayoutTable(
            CommandRouter router, CommandRouter pods, KnownLayouts known, Supplier<CompletionStage<Void>> check) {
        this.router = router;
        this.known = known;
        this.check = check;
        this.keyHashes = new KeyHashes(router);
        this.registrations = new RedisRegistrations(pods);
    }

    @Override
    public CompletionStage<Layout> createIfAbsent(QueueName queue, int partitions, KeyHash keyHash) {
        Layout wanted = new Layout(1, partitions);
        LayoutHash before = known.of(queue);
        return RedisErrors.translate(check.get()
                .thenCompose(usable -> before == null
                        ? intent(queue, wanted, keyHash, "1")
                        : intent(queue, before.exists(), keyHash, "0"))
                .thenCompose(reply -> {
                    if (before != null && lacks(reply, before)) {
                        return putBack(queue, before, reply, keyHash);
                    }
                    return found(queue, reply, keyHash);
                }));
    }

    private CompletionStage<Reply> intent(QueueName queue, Layout wanted, KeyHash keyHash, String record) {
        List<byte[]> args = RedisJobLog.args(
                Integer.toString(wanted.version()), Integer.toString(wanted.partitions()), keyHash.text(), record);
        return router.run(Script.INTENT, List.of(Keys.layout(queue)), args).thenApply(answer -> {
            refuseDeleting(queue, answer.reply());
            return answer.reply();
        });
    }

    private static void refuseDeleting(QueueName queue, Reply reply) {
        if (reply.tag().equals("deleting")) {
            throw RedisErrors.misconfigured("queue " + queue + " is being deleted; if that was broken off, "
                    + "./qbull delete " + queue + " finishes it");
        }
    }

    /** Goes on with what the first step of a creation has found. */
    private CompletionStage<Layout> found(QueueName queue, Reply reply, KeyHash keyHash) {
        Layout layout = layout(reply);
        String recorded = reply.text(3);
        if (recorded.isEmpty()) {
            return keyHashes.adopt(queue, layout, keyHash).thenCompose(adopted -> listed(queue, layout));
        }
        KeyHashes.refuseOther(queue, recorded, keyHash);
        return reply.tag().equals("current")
                ? remembered(queue, layout, reply.text(4)).thenCompose(read -> listed(queue, layout))
                : create(queue, layout);
    }

    /** Reads the whole layout if it is another one than what is known. */
    private CompletionStage<?> remembered(QueueName queue, Layout layout, String resize) {
        LayoutHash before = known.of(queue);
        if (before != null && before.says(layout, resize)) {
            return CompletableFuture.completedStage(before);
        }
        String key = Keys.layout(queue);
        return router.send(key, Request.of(CommandType.HGETALL, key))
                .thenApply(reply -> known.remember(queue, LayoutHash.of(queue, reply)));
    }

    private static boolean lacks(Reply reply, LayoutHash before) {
        return reply.tag().equals("absent")
                || (reply.tag().equals("current") && before.isLostFrom(layout(reply), reply.text(4)));
    }

    /**
     * Puts back what is known of the layout, if the partitions say that it has been the one of this queue. Otherwise Redis has lost all of
     * the queue, or it was deleted: then it is created anew; with the same version, so that nobody meets an earlier one than he knows.
     */
    private CompletionStage<Layout> putBack(QueueName queue, LayoutHash before, Reply reply, KeyHash keyHash) {
        Layout lost = before.exists();
        return sealedBy(queue, lost).thenCompose(existed -> {
            if (existed) {
                return restore(queue, before);
            }
            if (reply.tag().equals("current")) {
                Layout anew = layout(reply);
                throw RedisErrors.misconfigured("queue " + queue + " was created anew with " + anew.partitions()
                        + " partitions while this process knew it with " + lost.partitions() + " (layout version "
                        + lost.version() + "): restart this process");
            }
            return intent(queue, lost, keyHash, "1").thenCompose(intent -> found(queue, intent, keyHash));
        });
    }

    /** Whether a partition of a layout takes jobs by it, or by a later one. */
    private CompletionStage<Boolean> sealedBy(QueueName queue, Layout layout) {
        return Rounds.of(
                        OPEN_AT_ONCE,
                        IntStream.range(0, layout.partitions()).boxed().toList(),
                        index -> {
                            String key = Keys.seal(new PartitionId(queue, index));
                            return router.send(key, Request.of(CommandType.GET, key));
                        })
                .thenApply(seals -> seals.stream()
                        .anyMatch(seal -> SealState.parse(seal.textOrNull(0)).version() >= layout.version()));
    }

    private CompletionStage<Layout> restore(QueueName queue, LayoutHash before) {
        Layout lost = before.exists();
        List<String> args = new ArrayList<>(
                List.of(Integer.toString(lost.version()), Integer.toString(lost.partitions()), before.resizeVersion()));
        args.addAll(before.fields());
        return router.run(Script.RESTORE, List.of(Keys.layout(queue)), RedisJobLog.args(args.toArray(String[]::new)))
                .thenCompose(answer -> {
                    refuseDeleting(queue, answer.reply());
                    Layout layout = layout(answer.reply());
                    if (answer.reply().text(3).equals("1")) {
                        LOG.warn(
                                "queue={} had lost its layout in Redis; it has {} partitions again (layout version {})",
                                queue,
                                layout.partitions(),
                                layout.version());
                    }
                    return listed(queue, layout);
                });
    }

    @Override
    public CompletionStage<Optional<KeyHash>> keyHash(QueueName queue) {
        return keyHashes.recorded(queue);
    }

    @Override
    public CompletionStage<Boolean> open(PartitionId partition, int version) {
        return RedisErrors.translate(openOnce(partition, version, 1).thenApply(reply -> {
            boolean lost = reply.text(1).equals("1");
            if (lost) {
                LOG.warn(
                        "queue={} partition={} had lost its seal in Redis; it takes jobs again",
                        partition.queue(),
                        partition.index());
            }
            return lost;
        }));
    }

    private CompletionStage<Reply> openOnce(PartitionId partition, int version, int started) {
        List<byte[]> args = RedisJobLog.args(Integer.toString(version), "", Integer.toString(started));
        return router.run(Script.OPEN, openKeys(partition), args).thenApply(CommandRouter.RoutedReply::reply);
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
        return open(queue, intent)
                // Before the layout becomes current, so that no crash can leave a queue unlisted.
                .thenCompose(opened -> list(queue))
                .thenCompose(listed -> router.run(Script.CURRENT, List.of(Keys.layout(queue)), args))
                .thenCompose(answer -> {
                    if (answer.reply().tag().equals("absent")) {
                        throw RedisErrors.unavailable("queue=" + queue + " was removed while it was being created");
                    }
                    Layout layout = layout(answer.reply());
                    LOG.info("queue={} was created with {} partitions", queue, layout.partitions());
                    return remembered(queue, layout, "").thenApply(read -> layout);
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

    /** The first partition on its own: where it says that the queue exists, no other one is touched. */
    private CompletionStage<?> open(QueueName queue, Layout intent) {
        List<Integer> others = IntStream.range(1, intent.partitions()).boxed().toList();
        return open(queue, intent, 0)
                .thenCompose(opened -> Rounds.of(OPEN_AT_ONCE, others, index -> open(queue, intent, index)));
    }

    private CompletionStage<Void> open(QueueName queue, Layout intent, int index) {
        return openOnce(new PartitionId(queue, index), intent.version(), intent.version())
                .thenApply(reply -> {
                    int sealed = SealState.parse(reply.text(2)).version();
                    if (sealed > intent.version()) {
                        throw RedisErrors.misconfigured("the layout of queue " + queue
                                + " was lost: its partitions have version " + sealed
                                + ". A pod that knows it puts it back; if there is none, set fields version=" + sealed
                                + " and partitions of " + Keys.layout(queue) + " as they were");
                    }
                    return null;
                });
    }

    private static Layout layout(Reply reply) {
        return switch (reply.tag()) {
            case "current", "intent" -> new Layout(Integer.parseInt(reply.text(1)), Integer.parseInt(reply.text(2)));
            default -> throw reply.unknown();
        };
    }
}
