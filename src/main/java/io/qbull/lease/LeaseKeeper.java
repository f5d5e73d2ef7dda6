package io.qbull.lease;

import io.qbull.config.LeaseSettings;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.Ownership;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.runtime.EventLoop;
import io.qbull.store.JobLog.Verdict;
import io.qbull.store.LeaseTable.Acquisition.Granted;
import io.qbull.store.LeaseTable.Renewal;
import io.qbull.store.LeaseTable.RenewalRequest;
import io.qbull.store.Reachability;
import io.qbull.store.Reachability.Subject;
import io.qbull.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds this pod's leases on one queue: takes what it has room for, renews on its own schedule however long jobs run, notices what
 * is lost, gives back what others should have. All methods are called on the event loop.
 */
public final class LeaseKeeper implements Ownership {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);
    /** Announcements come in bunches; one look at the pods serves a bunch. */
    private static final Duration REFRESH = Duration.ofMillis(50);

    private static final Duration SHORTEST_RETRY = Duration.ofMillis(50);

    private final LeaseDomain domain;
    private final LeaseSettings settings;
    private final Store store;
    private final EventLoop loop;
    private final Reachability reachability;
    private final LeaseListener listener;
    private final LeaseFinder scout;
    /** Changed on the loop; read by workers, which ask whether a lease is trusted. */
    private final Map<Integer, HeldLease> holdings = new ConcurrentSkipListMap<>();

    private EventLoop.@Nullable Timer tick;
    private EventLoop.@Nullable Timer renewalRetry;
    private EventLoop.@Nullable Timer registerRetry;
    private CompletionStage<Void> unregistered = CompletableFuture.completedFuture(null);
    /** The end of what was being acquired at the stop. */
    private CompletionStage<Void> settled = CompletableFuture.completedFuture(null);
    /** The ends of leases that were granted after the stop: a stop waits for them. */
    private CompletionStage<Void> unwanted = CompletableFuture.completedFuture(null);

    private boolean renewing;
    private boolean renewAgain;
    private boolean taking;
    private boolean refreshing;

    /**
     * @param domain the leases to compete for, and for which pod
     * @param settings how many leases to take and how long they live
     * @param context store, loop, reachability and randomness
     * @param listener hears what becomes of the leases
     */
    public LeaseKeeper(LeaseDomain domain, LeaseSettings settings, LeaseContext context, LeaseListener listener) {
        this.domain = domain;
        this.settings = settings;
        this.store = context.store();
        this.loop = context.loop();
        this.reachability = context.reachability();
        this.listener = listener;
        this.scout = new LeaseFinder(domain, settings, context, new ScoutView());
    }

    /** Begins to register this pod, to take leases and to renew them. */
    public void start() {
        taking = true;
        tick();
        scout.start();
    }

    /**
     * Takes no more leases; those held are renewed until they are released. The others hear at once that this pod leaves, so that
     * they know whose turn it is when its leases come free.
     */
    public void drain() {
        if (!taking) {
            return;
        }
        taking = false;
        settled = scout.stop();
        cancel(registerRetry);
        unregistered = store.layouts().unregister(domain.queue(), domain.pod()).exceptionally(failure -> {
            LOG.debug("queue={} pod {} not unregistered, its entry goes stale", queue(), domain.pod(), failure);
            return null;
        });
    }

    /**
     * Stops renewing. What is still held expires by itself.
     *
     * @return completes when Redis knows, or could not be told, and nothing that was sent can make this pod an owner unheard
     */
    public CompletionStage<Void> stop() {
        drain();
        cancel(tick);
        cancel(renewalRetry);
        holdings.clear();
        CompletableFuture<Void> stopped = new CompletableFuture<>();
        unregistered
                .thenCombine(settled, (one, other) -> null)
                .whenComplete((done, failure) ->
                        loop.execute(() -> unwanted.whenComplete((ended, never) -> stopped.complete(null))));
        return stopped;
    }

    @Override
    public boolean trusted(Lease lease) {
        HeldLease holding = holdings.get(lease.partition().index());
        return holding != null
                && holding.lease.equals(lease)
                && !holding.doubted
                && holding.trustedUntil - loop.nanoTime() > 0;
    }

    /**
     * @return the leases held
     */
    public Collection<Lease> owned() {
        return holdings.values().stream().map(holding -> holding.lease).toList();
    }

    /**
     * Ends a lease whose work is done and committed.
     *
     * @param lease a lease of this pod, held or not any more
     * @return completes when Redis knows, or the lease has expired without
     */
    public CompletionStage<Void> release(Lease lease) {
        boolean known = drop(lease);
        scout.released(lease.partition().index());
        return repeat(lease, () -> releasing(lease)).thenAccept(ending -> tell(lease, ending, null, known));
    }

    /**
     * Gives a lease whose work is done and committed to the pod that asked for it.
     *
     * @param lease a lease of this pod
     * @param to who asked
     * @return completes when Redis knows, or the lease has expired without
     */
    public CompletionStage<Void> handOver(Lease lease, LeaseOwner to) {
        boolean known = drop(lease);
        scout.released(lease.partition().index());
        return repeat(
                        lease,
                        () -> store.leases()
                                .handOver(lease, to, settings.renewEvery())
                                .thenCompose(verdict -> {
                                    // Nobody waits any more: free it at once instead of letting it expire.
                                    // Fenced if somebody else owns it by now.
                                    return verdict == Verdict.FENCED
                                            ? releasing(lease)
                                            : CompletableFuture.completedStage(Ending.HANDED_OVER);
                                }))
                .thenAccept(ending -> tell(lease, ending, to, known));
    }

    private CompletionStage<Ending> releasing(Lease lease) {
        return store.leases()
                .release(lease)
                .thenApply(verdict -> verdict == Verdict.FENCED ? Ending.FENCED : Ending.RELEASED);
    }

    /**
     * Refuses a wish; the one who asked is told by the next renewal.
     *
     * @param lease a lease of this pod
     * @param by who asked
     */
    public void reject(Lease lease, LeaseOwner by) {
        HeldLease holding = holdings.get(lease.partition().index());
        if (holding != null && holding.lease.equals(lease)) {
            holding.rejected = by;
        }
    }

    /**
     * A command under this lease was refused. Nothing is started under it any more; a renewal of all leases tells at once which
     * others are lost with it.
     *
     * @param lease a lease of this pod
     */
    public void fenced(Lease lease) {
        HeldLease holding = holdings.get(lease.partition().index());
        if (holding != null && holding.lease.equals(lease)) {
            holding.doubted = true;
            renew();
        }
    }

    /**
     * Forgets a lease without telling Redis; the partition is not taken again before {@link #release}.
     *
     * @param lease a lease of this pod
     */
    public void forget(Lease lease) {
        drop(lease);
        scout.block(lease.partition().index());
    }

    /**
     * Keeps this pod from taking a partition while a job of an earlier stretch of consuming still runs there.
     *
     * @param index the partition
     */
    public void block(int index) {
        scout.block(index);
    }

    /**
     * Ends {@link #block}.
     *
     * @param index the partition
     */
    public void unblock(int index) {
        scout.released(index);
    }

    private void tick() {
        tick = loop.schedule(settings.renewEvery(), this::tick);
        register();
        renew();
    }

    private void register() {
        if (!taking) {
            return;
        }
        store.layouts()
                .register(
                        domain.queue(),
                        domain.pod(),
                        settings.partitionsPerPod(),
                        List.copyOf(holdings.keySet()),
                        settings.leaseTtl())
                .whenComplete((pods, failure) -> loop.execute(() -> {
                    if (pods != null) {
                        reachability.answered(Subject.QUEUE);
                        scout.pods(pods);
                    } else {
                        reachability.unanswered(Subject.QUEUE, failure);
                        if (taking) {
                            cancel(registerRetry);
                            registerRetry = loop.schedule(retryAfter(), this::register);
                        }
                    }
                }));
    }

    private void renew() {
        if (holdings.isEmpty()) {
            return;
        }
        if (renewing) {
            renewAgain = true;
            return;
        }
        renewing = true;
        renewAgain = false;
        cancel(renewalRetry);
        long started = loop.nanoTime();
        List<HeldLease> asked = List.copyOf(holdings.values());
        List<RenewalRequest> requests = new ArrayList<>();
        for (HeldLease holding : asked) {
            int inFlight = listener.inFlight(holding.lease);
            requests.add(new RenewalRequest(holding.lease, domain.suspectWindow(), inFlight, holding.rejected));
        }
        store.leases()
                .renew(requests, settings.leaseTtl())
                .whenComplete((answers, failure) -> loop.execute(() -> {
                    renewing = false;
                    apply(asked, started, answers == null ? Map.of() : answers, failure);
                }));
    }

    private void apply(List<HeldLease> asked, long started, Map<Lease, Renewal> answers, @Nullable Throwable failure) {
        Map<String, List<Lease>> lost = new TreeMap<>();
        boolean open = renewAgain;
        for (HeldLease holding : asked) {
            Lease lease = holding.lease;
            Renewal answer = answers.get(lease);
            if (holdings.get(lease.partition().index()) != holding) {
                continue;
            }
            if (answer == null) {
                open = true;
                reachability.unanswered(Subject.lease(index(lease)), failure);
                continue;
            }
            reachability.answered(Subject.lease(index(lease)));
            if (answer instanceof Renewal.Renewed renewed && !holding.doubted) {
                holding.trustedUntil = trustFrom(started);
                holding.rejected = null;
                listener.renewed(lease);
                if (renewed.requester() != null) {
                    listener.handOverRequested(lease, renewed.requester());
                }
            } else {
                lost.computeIfAbsent(reason(holding, started), any -> new ArrayList<>())
                        .add(lease);
            }
        }
        lost.forEach(this::lose);
        if (open) {
            renewalRetry = loop.schedule(renewAgain ? Duration.ZERO : retryAfter(), this::renew);
        }
    }

    /** What is known of why a lease was lost, though not of what became of it. */
    private static String reason(HeldLease holding, long started) {
        if (holding.trustedUntil - started <= 0) {
            return "no renewal was answered in time";
        }
        return holding.doubted
                ? "a command under them was refused"
                : "Redis does not know this pod as their owner any more";
    }

    private void lose(String reason, List<Lease> lost) {
        LOG.warn(
                "queue={} lost the leases of partitions {}: {}; late work of this pod is refused",
                queue(),
                lost.stream().map(LeaseKeeper::index).sorted().toList(),
                reason);
        for (Lease lease : lost) {
            forget(lease);
            listener.lost(lease);
        }
    }

    /** Whether it was held until now. */
    private boolean drop(Lease lease) {
        HeldLease holding = holdings.get(lease.partition().index());
        if (holding != null && holding.lease.equals(lease)) {
            holdings.remove(lease.partition().index());
            return true;
        }
        return false;
    }

    /** How a lease ended that this pod gave up. */
    private enum Ending {
        RELEASED,
        HANDED_OVER,
        /** It was this pod's no more; perhaps by an earlier attempt whose reply was lost. */
        FENCED,
        UNANSWERED
    }

    /**
     * @param to whom it was to be handed over to; null for a release
     * @param known whether this pod held it until then
     */
    private static void tell(Lease lease, Ending ending, @Nullable LeaseOwner to, boolean known) {
        String attempt = to == null ? "release" : "hand-over to " + to.pod();
        switch (ending) {
            case RELEASED -> LOG.info("{} released{}", lease, to == null ? "" : ", " + to.pod() + " asks no more");
            case HANDED_OVER -> LOG.info("{} handed over to {}", lease, to == null ? "" : to.pod());
            case UNANSWERED -> LOG.info("{} has ended, Redis did not answer to its {}", lease, attempt);
            case FENCED -> {
                // That a lease was lost has been said.
                if (known) {
                    LOG.info("{} was not this pod's any more when Redis answered to its {}", lease, attempt);
                }
            }
        }
    }

    /** Repeats a command that ends a lease until it is answered; after a TTL the lease has ended anyway. */
    private CompletionStage<Ending> repeat(Lease lease, Supplier<CompletionStage<Ending>> command) {
        CompletableFuture<Ending> done = new CompletableFuture<>();
        repeat(lease.partition(), command, loop.nanoTime() + settings.leaseTtl().toNanos(), done);
        return done;
    }

    private void repeat(
            PartitionId partition,
            Supplier<CompletionStage<Ending>> command,
            long deadline,
            CompletableFuture<Ending> done) {
        command.get()
                .whenComplete((ending, failure) -> loop.execute(() -> {
                    if (ending != null) {
                        reachability.answered(Subject.lease(partition.index()));
                        done.complete(ending);
                    } else if (deadline - loop.nanoTime() <= 0) {
                        done.complete(Ending.UNANSWERED);
                    } else {
                        reachability.unanswered(Subject.lease(partition.index()), failure);
                        loop.schedule(retryAfter(), () -> repeat(partition, command, deadline, done));
                    }
                }));
    }

    private long trustFrom(long started) {
        return started + settings.leaseTtl().minus(settings.margin()).toNanos();
    }

    private Duration retryAfter() {
        Duration part = settings.leaseTtl().dividedBy(30);
        return part.compareTo(SHORTEST_RETRY) < 0 ? SHORTEST_RETRY : part;
    }

    private QueueName queue() {
        return domain.queue();
    }

    private static int index(Lease lease) {
        return lease.partition().index();
    }

    private static void cancel(EventLoop.@Nullable Timer timer) {
        if (timer != null) {
            timer.cancel();
        }
    }

    /** What the scout needs of the keeper. */
    private final class ScoutView implements LeaseFinder.Host {
        @Override
        public int held() {
            return holdings.size();
        }

        @Override
        public boolean holds(int index) {
            return holdings.containsKey(index);
        }

        @Override
        public void granted(Granted granted, long started) {
            Lease lease = granted.lease();
            if (!taking) {
                CompletionStage<Void> released =
                        repeat(lease, () -> releasing(lease)).thenAccept(ending -> tell(lease, ending, null, false));
                unwanted = unwanted.thenCombine(released, (one, other) -> null);
                return;
            }
            holdings.put(lease.partition().index(), new HeldLease(lease, trustFrom(started)));
            LOG.info(
                    "queue={} partition={} epoch={} acquired, the lease before: {}",
                    queue(),
                    index(lease),
                    lease.epoch(),
                    granted.predecessor().name().toLowerCase(Locale.ROOT).replace('_', ' '));
            listener.acquired(granted);
        }

        @Override
        public void announcedHeld() {
            renew();
        }

        /** Somebody gave a lease up: perhaps because he leaves, which decides who may take it. */
        @Override
        public void announcedElsewhere() {
            if (!refreshing) {
                refreshing = true;
                loop.schedule(REFRESH, () -> {
                    refreshing = false;
                    register();
                });
            }
        }
    }
}
