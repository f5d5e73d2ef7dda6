package io.qbull.engine;

import io.qbull.lease.Competition;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.model.why.Cause;
import io.qbull.model.why.LeaseCause;
import io.qbull.model.why.Standstill;
import io.qbull.model.why.Succession;
import io.qbull.resize.Headroom;
import io.qbull.resize.ResizeProgress;
import io.qbull.resize.ResizeStatus;
import io.qbull.resize.Resizer;
import io.qbull.runtime.EventLoop;
import io.qbull.store.Examiner.Lease;
import io.qbull.store.Examiner.Partition;
import io.qbull.store.LivingPods;
import io.qbull.store.Rounds;
import io.qbull.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds standstills that no pump of this pod can know of: jobs in partitions whose owner has gone or is silent, and jobs in own partitions
 * that wait for other partitions because the queue is resized. Each partition has one watcher among the pods, and another one for the time in
 * which the first is its owner, so that one pod tells of it, and what all pods ask for does not grow with their number.
 *
 * <p>On the event loop, except {@link #standstills}.
 */
final class OutsideWatch {
    private static final Logger LOG = LoggerFactory.getLogger(OutsideWatch.class);
    private static final Duration IN_RESIZE = Duration.ofSeconds(1);
    /** Announcements come in bunches, which one look serves. */
    private static final Duration BUNCH = Duration.ofMillis(200);
    /** The most partitions that a look examines closely. */
    private static final int MOST = 32;

    private static final int AT_ONCE = 8;

    private final QueueName queue;
    private final PodId me;
    private final EventLoop loop;
    private final Store store;
    private final Resizer resizer;
    private final OutsideLimits limits;
    private final OwnedPartitions owned;
    private final Host host;
    /** Since when partitions have waited whose lease does not tell; on the clock of the loop. */
    private Map<PartitionId, Long> seen = new HashMap<>();

    private Competition competition;
    private boolean running;
    /** When the next look comes is settled: one is under way, or comes shortly. */
    private boolean settled;

    private volatile List<Standstill> standstills = List.of();
    private EventLoop.@Nullable Timer next;

    /** The session. Called on the event loop. */
    interface Host {
        /** The registered pods, by name. */
        List<PodId> pods();

        /** Other partitions stand still than before. */
        void changed();
    }

    /**
     * @param node has the queue
     * @param limits when something is worth a look
     * @param competition which partitions have owners
     * @param owned those of this pod
     * @param host is asked and told
     */
    OutsideWatch(NodeParts node, OutsideLimits limits, Competition competition, OwnedPartitions owned, Host host) {
        this.queue = node.identity().queue();
        this.me = node.identity().pod();
        this.loop = node.loop();
        this.store = node.store();
        this.resizer = new Resizer(store.resize(), new Headroom(store.examiner()));
        this.limits = limits;
        this.competition = competition;
        this.owned = owned;
        this.host = host;
    }

    void start() {
        running = true;
        lookIn(limits.period());
    }

    void stop() {
        running = false;
        standstills = List.of();
        if (next != null) {
            next.cancel();
            next = null;
        }
    }

    /** The queue is being resized, or a resize is over. */
    void compete(Competition now) {
        competition = now;
        heard();
    }

    /** What has stood still for longer than it may. */
    List<Standstill> standstills() {
        return standstills;
    }

    /** Another pod has given a lease up, perhaps, and no lease says when that was. */
    void heard() {
        if (running && !settled) {
            lookIn(BUNCH);
            settled = true;
        }
    }

    private void lookIn(Duration time) {
        settled = false;
        if (next != null) {
            next.cancel();
        }
        if (running) {
            // Nothing tells that a partition has come to a marker.
            boolean resized = !competition.urgent().isEmpty() && time.compareTo(IN_RESIZE) > 0;
            next = loop.schedule(resized ? IN_RESIZE : time, this::look);
        }
    }

    private void look() {
        // In case an answer gets lost.
        lookIn(limits.period());
        settled = true;
        Watchers watchers = new Watchers(host.pods());
        List<PartitionId> gated = owned.all().stream()
                .filter(partition -> partition.pump().waitsAtGate())
                .map(partition -> partition.lease().partition())
                .toList();
        List<PartitionId> others = IntStream.range(0, competition.partitions())
                .filter(index -> watchers.watches(me, index))
                .mapToObj(index -> new PartitionId(queue, index))
                .filter(id -> !owned.contains(id))
                .toList();
        if (gated.isEmpty() && others.isEmpty()) {
            saw(List.of(), watchers);
        } else {
            examine(gated, others)
                    .whenComplete((found, failure) -> loop.execute(() -> {
                        if (found == null) {
                            failed(failure);
                        } else {
                            saw(found, watchers);
                        }
                    }));
        }
    }

    /** An outage is reported by those that work. */
    private void failed(@Nullable Throwable failure) {
        LOG.debug("queue={} what stands still in other partitions is not known", queue, failure);
        lookIn(limits.period());
    }

    private CompletionStage<List<Partition>> examine(List<PartitionId> gated, List<PartitionId> others) {
        CompletionStage<List<PartitionId>> doubtful = others.isEmpty()
                ? CompletableFuture.completedStage(List.of())
                : store.leases()
                        .peek(others)
                        .thenApply(leases -> others.stream()
                                .filter(id -> leases.containsKey(id) && limits.doubtful(leases.get(id)))
                                .toList());
        return doubtful.thenCompose(some -> Rounds.of(
                AT_ONCE,
                Stream.concat(gated.stream(), some.stream()).limit(MOST).toList(),
                store.examiner()::partition));
    }

    private void saw(List<Partition> found, Watchers watchers) {
        Map<PartitionId, Long> before = seen;
        seen = new HashMap<>();
        List<Partition> standing = new ArrayList<>();
        Duration pause = limits.period();
        for (Partition partition : found) {
            Duration stood = stood(partition, before);
            if (waits(partition) && tells(partition, watchers)) {
                Duration left = limits.stallAfter().minus(stood);
                if (left.isNegative()) {
                    standing.add(partition);
                } else if (left.compareTo(pause) < 0) {
                    pause = left.plusMillis(1);
                }
            }
        }
        if (standing.isEmpty()) {
            tell(List.of());
            lookIn(pause);
        } else {
            explain(standing, pause);
        }
    }

    private void tell(List<Standstill> now) {
        boolean changed = running && !partitions(now).equals(partitions(standstills));
        standstills = running ? now : List.of();
        if (changed) {
            host.changed();
        }
    }

    private static List<PartitionId> partitions(List<Standstill> standstills) {
        return standstills.stream().map(Standstill::partition).toList();
    }

    private static boolean waits(Partition partition) {
        Duration nextDue = partition.nextDue();
        boolean due = nextDue != null && nextDue.isZero();
        return partition.head() != null || partition.held() > 0 || due || behindMarker(partition);
    }

    private static boolean behindMarker(Partition partition) {
        return partition.gate() && partition.backlog() > 1;
    }

    private boolean tells(Partition partition, Watchers watchers) {
        if (owned.contains(partition.id())) {
            return behindMarker(partition);
        }
        Lease lease = partition.lease();
        return watchers.tells(me, partition.id().index(), lease.owner()) && (!lease.alive() || lease.missed() != null);
    }

    /** How long nothing has moved; a partition that never had an owner has stood still since its first job came. */
    private Duration stood(Partition partition, Map<PartitionId, Long> before) {
        Duration stood = unattended(partition, before);
        boolean younger = partition.head() != null
                && partition.held() == 0
                && (partition.lease().owner() == null || partition.headAge().compareTo(stood) < 0);
        return younger ? partition.headAge() : stood;
    }

    private Duration unattended(Partition partition, Map<PartitionId, Long> before) {
        Lease lease = partition.lease();
        LeaseCause.NotRenewed missed = lease.missed();
        Duration told = missed == null ? lease.expiredAgo() : missed.silent();
        if (told != null || (lease.alive() && !partition.gate())) {
            return told == null ? Duration.ZERO : told;
        }
        long now = loop.nanoTime();
        Long since = before.getOrDefault(partition.id(), now);
        seen.put(partition.id(), since);
        return Duration.ofNanos(now - since);
    }

    private void explain(List<Partition> standing, Duration pause) {
        boolean free = standing.stream().anyMatch(each -> !each.lease().alive());
        boolean gated = standing.stream().anyMatch(Partition::gate);
        CompletionStage<List<Succession.Pod>> living = free
                ? LivingPods.read(store, queue, competition.partitions())
                : CompletableFuture.completedStage(List.of());
        CompletionStage<Optional<ResizeProgress>> resize = gated
                ? resizer.underWay(queue).thenApply(status -> status.map(ResizeStatus::progress))
                : CompletableFuture.completedStage(Optional.empty());
        living.thenCombine(
                        resize,
                        (heirs, progress) -> standing.stream()
                                .map(partition -> standstill(partition, heirs, progress.orElse(null)))
                                .filter(Objects::nonNull)
                                .toList())
                .whenComplete((causes, failure) -> loop.execute(() -> {
                    if (causes == null) {
                        failed(failure);
                    } else {
                        tell(causes);
                        lookIn(pause);
                    }
                }));
    }

    private @Nullable Standstill standstill(
            Partition partition, List<Succession.Pod> heirs, @Nullable ResizeProgress progress) {
        Lease lease = partition.lease();
        Cause cause = lease.missed();
        if (!lease.alive()) {
            cause = Succession.cause(lease.ended(), competition.partitions(), heirs);
        } else if (cause == null && progress != null) {
            cause = progress.barrier(partition.id().index());
        }
        // The sentence says since when, as far as that is known.
        return cause == null ? null : new Standstill(partition.id(), Duration.ZERO, true, cause);
    }
}
