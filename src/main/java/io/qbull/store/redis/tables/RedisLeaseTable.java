package io.qbull.store.redis.tables;

import io.lettuce.core.protocol.CommandType;
import io.qbull.model.Epoch;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.store.JobLog.Verdict;
import io.qbull.store.LeaseTable;
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
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The leases in Redis. Thread-safe. */
public final class RedisLeaseTable implements LeaseTable {
    private static final Logger LOG = LoggerFactory.getLogger(RedisLeaseTable.class);
    /** Longer than any lease lives: a pod of QBull writes no later expiry. */
    private static final Duration CENTURY = Duration.ofDays(36_500);
    /** The most leases in one script call without a cluster; in a cluster each lease has a call of its own. */
    private static final int LEASES_PER_CALL = 256;

    private final ServerTopology topology;
    private final CommandRouter router;
    private final Announcements announcements;
    /** Partitions whose lease cannot be read; each is logged once. */
    private final Set<PartitionId> unreadable = ConcurrentHashMap.newKeySet();

    /**
     * @param topology finds the servers
     * @param router sends the commands on the connections for leases
     * @param announcements hears other pods
     */
    public RedisLeaseTable(ServerTopology topology, CommandRouter router, Announcements announcements) {
        this.topology = topology;
        this.router = router;
        this.announcements = announcements;
    }

    @Override
    public CompletionStage<Acquisition> acquire(PartitionId partition, LeaseOwner owner, Duration ttl, int window) {
        List<byte[]> args = RedisJobLog.args(owner.toString(), millis(ttl), Integer.toString(window));
        return RedisErrors.translate(router.runSettled(Script.ACQUIRE, List.of(Keys.lease(partition)), args)
                .thenApply(answer -> acquisition(partition, owner, answer)));
    }

    @Override
    public CompletionStage<Map<Lease, Renewal>> renew(List<RenewalRequest> renewals, Duration ttl) {
        return inParts(renewals, request -> Keys.lease(request.lease().partition()), part -> renewPart(part, ttl));
    }

    @Override
    public CompletionStage<Verdict> release(Lease lease, int suspects) {
        // Sent to any primary, also one that did not grant the lease: owner and epoch decide, and an early release
        // helps.
        List<byte[]> args = RedisJobLog.ownerArgs(lease, Integer.toString(suspects));
        args.addAll(RedisJobLog.args(announcement(lease.partition())));
        return RedisJobLog.verdict(router.run(Script.RELEASE, List.of(Keys.lease(lease.partition())), args)
                .thenApply(CommandRouter.RoutedReply::reply));
    }

    @Override
    public CompletionStage<Verdict> handOver(Lease lease, LeaseOwner to, Duration ttl, int suspects) {
        List<byte[]> args = RedisJobLog.ownerArgs(lease, to.toString(), millis(ttl), Integer.toString(suspects));
        args.addAll(RedisJobLog.args(announcement(lease.partition())));
        return RedisJobLog.verdict(router.runAs(lease, Script.HANDOVER, List.of(Keys.lease(lease.partition())), args));
    }

    @Override
    public CompletionStage<Boolean> requestHandOver(PartitionId partition, LeaseOwner by) {
        List<byte[]> args = RedisJobLog.args(by.toString());
        args.addAll(RedisJobLog.args(announcement(partition)));
        return RedisErrors.translate(router.run(Script.WANT, List.of(Keys.lease(partition)), args)
                .thenApply(answer -> switch (answer.reply().tag()) {
                    case "asked" -> true;
                    case "refused" -> false;
                    default -> throw answer.reply().unknown();
                }));
    }

    @Override
    public CompletionStage<Void> remind(PartitionId partition) {
        Request publish = Request.of(CommandType.PUBLISH, announcement(partition));
        return RedisErrors.translate(router.send(Keys.lease(partition), publish).thenApply(reply -> null));
    }

    @Override
    public CompletionStage<Map<PartitionId, LeaseView>> peek(List<PartitionId> partitions) {
        return inParts(partitions, Keys::lease, this::peekPart);
    }

    @Override
    public CompletionStage<AutoCloseable> announcements(QueueName queue, AnnouncementListener listener) {
        return announcements.listen(this, queue, message -> {
            if (!message.equals(Announcements.PAUSES) && !message.equals(Announcements.LAYOUT)) {
                listener.announced(new PartitionId(queue, Integer.parseInt(message)));
            }
        });
    }

    /** Hears no more announcements. Does not block. */
    public void close() {
        announcements.leave(this);
    }

    private CompletionStage<Map<Lease, Renewal>> renewPart(List<RenewalRequest> part, Duration ttl) {
        return topology.locate(Keys.lease(part.get(0).lease().partition()), Traffic.LEASES)
                .thenCompose(target -> {
                    // The leases of a former primary are lost, whatever its successor says.
                    String primary = target.connection().primary();
                    List<RenewalRequest> valid = part.stream()
                            .filter(request -> request.lease().primary().equals(primary))
                            .toList();
                    Map<Lease, Renewal> answers = new HashMap<>();
                    part.forEach(request -> answers.put(request.lease(), new Renewal.Lost()));
                    if (valid.isEmpty()) {
                        return CompletableFuture.completedStage(answers);
                    }
                    List<String> keys = valid.stream()
                            .map(request -> Keys.lease(request.lease().partition()))
                            .toList();
                    return router.runOn(primary, Script.RENEW, keys, renewArgs(valid, ttl))
                            .thenApply(reply -> {
                                if (!reply.local()) {
                                    List<Reply> each = reply.lists();
                                    for (int i = 0; i < valid.size(); i++) {
                                        answers.put(valid.get(i).lease(), renewal(each.get(i)));
                                    }
                                }
                                return answers;
                            });
                });
    }

    private static List<byte[]> renewArgs(List<RenewalRequest> requests, Duration ttl) {
        List<byte[]> args = RedisJobLog.args(millis(ttl));
        for (RenewalRequest request : requests) {
            LeaseOwner rejected = request.rejected();
            args.addAll(RedisJobLog.ownerArgs(
                    request.lease(),
                    Integer.toString(request.window()),
                    Integer.toString(request.inFlight()),
                    rejected == null ? "" : rejected.toString(),
                    OwnerReports.text(request.report()),
                    Long.toString(request.done())));
        }
        return args;
    }

    private CompletionStage<Map<PartitionId, LeaseView>> peekPart(List<PartitionId> part) {
        return router.run(Script.PEEK, part.stream().map(Keys::lease).toList(), List.of())
                .thenApply(answer -> {
                    Map<PartitionId, LeaseView> views = new HashMap<>();
                    List<Reply> each = answer.reply().lists();
                    for (int i = 0; i < part.size(); i++) {
                        views.put(part.get(i), viewOf(part.get(i), each.get(i), 0));
                    }
                    return views;
                });
    }

    /** Splits a call into one for each server, and joins the results of the servers that answered. */
    private <T, K, V> CompletionStage<Map<K, V>> inParts(
            List<T> all, Function<T, String> key, Function<List<T>, CompletionStage<Map<K, V>>> call) {
        if (all.isEmpty()) {
            return CompletableFuture.completedStage(Map.of());
        }
        return RedisErrors.translate(topology.locate(key.apply(all.get(0)), Traffic.LEASES)
                .handle((target, error) -> target == null || target.connection().clustered() ? 1 : LEASES_PER_CALL)
                .thenCompose(size -> {
                    List<CompletionStage<Map<K, V>>> parts = new ArrayList<>();
                    for (int from = 0; from < all.size(); from += size) {
                        parts.add(call.apply(all.subList(from, Math.min(all.size(), from + size))));
                    }
                    return Futures.joined(parts);
                }));
    }

    private Acquisition acquisition(PartitionId partition, LeaseOwner owner, CommandRouter.RoutedReply answer) {
        Reply reply = answer.reply();
        return switch (reply.tag()) {
            case "spent" -> new Acquisition.Spent();
            case "owned" -> new Acquisition.Owned(viewOf(partition, reply, 1));
            case "granted" ->
                new Acquisition.Granted(
                        new Lease(partition, owner, Epoch.parse(reply.text(1)), answer.primary()),
                        Predecessor.valueOf(reply.text(2).toUpperCase(Locale.ROOT)),
                        Integer.parseInt(reply.text(3)));
            default -> throw reply.unknown();
        };
    }

    private static Renewal renewal(Reply reply) {
        return switch (reply.tag()) {
            case "lost" -> new Renewal.Lost();
            case "renewed" -> new Renewal.Renewed(requester(reply.text(1)));
            default -> throw reply.unknown();
        };
    }

    /** Each lease is read separately, so that one that cannot be read does not hide the others. */
    private LeaseView viewOf(PartitionId partition, Reply reply, int at) {
        try {
            LeaseView view = view(reply, at);
            unreadable.remove(partition);
            return view;
        } catch (IllegalArgumentException | StoreException e) {
            if (unreadable.add(partition)) {
                LOG.error(
                        "queue={} partition={} is not acquired until a person removes or repairs {}, which is not a lease: {}",
                        partition.queue(),
                        partition.index(),
                        Keys.lease(partition),
                        e.getMessage());
            }
            return LeaseView.unreadable();
        }
    }

    private static LeaseView view(Reply reply, int at) {
        String owner = reply.text(at);
        String epoch = reply.text(at + 1);
        Duration remaining = Duration.ofMillis(reply.number(at + 2));
        if (remaining.isNegative() || remaining.compareTo(CENTURY) > 0) {
            throw new IllegalArgumentException("expires in " + remaining);
        }
        return new LeaseView(
                owner.isEmpty() ? null : LeaseOwner.parse(owner),
                epoch.isEmpty() ? null : Epoch.parse(epoch),
                remaining,
                reply.text(at + 3).equals("1"),
                requester(reply.text(at + 4)));
    }

    /** The owner that requests a hand-over; null if there is none or if no pod of QBull wrote the text. */
    private static @Nullable LeaseOwner requester(String text) {
        try {
            return text.isEmpty() ? null : LeaseOwner.parse(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static String[] announcement(PartitionId partition) {
        return new String[] {Keys.announcements(partition.queue()), Integer.toString(partition.index())};
    }

    private static String millis(Duration duration) {
        return Long.toString(duration.toMillis());
    }
}
