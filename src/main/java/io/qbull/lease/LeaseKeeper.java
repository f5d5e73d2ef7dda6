package io.qbull.lease;

import io.qbull.config.LeaseSettings;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.Ownership;
import io.qbull.model.PodId;
import io.qbull.runtime.EventLoop;
import io.qbull.store.LayoutTable.LivingPod;
import io.qbull.store.LeaseTable.Acquisition.Granted;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this pod's leases on one queue: takes as many as the pod has room for, renews them on its own schedule however long jobs run,
 * notices losses, and gives back what other pods should own. The entrance to this package; the parts do the work. Except for
 * {@link #trusted} and {@link #owned}, methods are called on the event loop.
 */
public final class LeaseKeeper implements Ownership {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);

    private final LeaseDomain domain;
    private final LeaseSettings settings;
    private final EventLoop loop;
    private final LeaseListener listener;
    private final OwnedLeases owned = new OwnedLeases();
    private final LeaseFinder finder;
    private final LeaseRenewer renewer;
    private final LeaseReleaser releaser;
    private final LeaseLog log;
    private final PodRegistration registration;

    private EventLoop.@Nullable Timer tick;
    private CompletionStage<Void> unregistered = CompletableFuture.completedFuture(null);
    /** Completes when no acquisition is pending any more. */
    private CompletionStage<Void> settled = CompletableFuture.completedFuture(null);
    /** Completes when Redis knows the release of each lease that was granted after the drain began. */
    private CompletionStage<Void> givenBack = CompletableFuture.completedFuture(null);

    private boolean taking;
    /** Pods that have requested a partition before this one heard of them; the list of pods is being read. */
    private final Set<PodId> strangers = new HashSet<>();
    /** Those of them that were not in the list. */
    private final Set<PodId> unlisted = new HashSet<>();

    /** A renewal is about to tell Redis which requests are rejected. */
    private boolean rejecting;

    /** What a pod does about the request for one of its partitions. */
    public enum Answer {
        /** It hands the partition over. */
        GIVE,
        /** It keeps the partition. */
        KEEP,
        /** It asks who the pods are first; the request will be reported again. */
        LATER
    }

    /**
     * @param domain the leases to compete for, and for which pod
     * @param settings how many leases to take and how long they live
     * @param context store, loop, reachability and randomness
     * @param listener hears what becomes of the leases
     */
    public LeaseKeeper(LeaseDomain domain, LeaseSettings settings, LeaseContext context, LeaseListener listener) {
        this.domain = domain;
        this.settings = settings;
        this.loop = context.loop();
        this.listener = listener;
        this.finder = new LeaseFinder(domain, settings, context, new FinderHost());
        this.renewer = new LeaseRenewer(domain, settings, context, owned, listener, this::lose);
        this.log = new LeaseLog(loop);
        this.releaser = new LeaseReleaser(settings, context, log);
        this.registration = new PodRegistration(domain, settings, context, owned, this::heard);
    }

    /** Starts to register this pod, to take leases and to renew them. Returns at once. */
    public void start() {
        taking = true;
        registration.start();
        tick();
        finder.start();
    }

    /** All queues of a process tick at the same time, whenever they began: Redis then reads and answers their commands in bulk. */
    private void tick() {
        long every = settings.renewEvery().toNanos();
        tick = loop.schedule(Duration.ofNanos(every - Math.floorMod(loop.nanoTime(), every)), this::tick);
        registration.tick();
        renewer.renew();
    }

    /**
     * Takes no more leases and unregisters the pod. Owned leases are renewed until the caller has released each of them and calls
     * {@link #stop}. A second call does nothing.
     */
    public void drain() {
        if (taking) {
            taking = false;
            settled = finder.drain();
            unregistered = registration.stop();
        }
    }

    /**
     * Stops renewing, at once. Leases still owned are left to expire.
     *
     * @return completes when Redis knows that the pod has left, or could not be told, and no command under way can still make this pod
     *     the owner of a lease
     */
    public CompletionStage<Void> stop() {
        drain();
        if (tick != null) {
            tick.cancel();
        }
        renewer.stop();
        owned().forEach(lease -> end(lease, new LeaseEnd.LeftToExpire()));
        CompletableFuture<Void> stopped = new CompletableFuture<>();
        unregistered
                .thenCombine(settled, (one, other) -> null)
                .whenComplete((done, failure) -> loop.execute(() -> givenBack.whenComplete((ended, never) -> {
                    log.flush();
                    stopped.complete(null);
                })));
        return stopped;
    }

    @Override
    public boolean trusted(Lease lease) {
        OwnedLease known = owned.find(lease);
        return known != null && known.trusted(loop.nanoTime());
    }

    /**
     * May be called on any thread.
     *
     * @return the leases that this pod owns, by partition
     */
    public Collection<Lease> owned() {
        return owned.all().stream().map(OwnedLease::lease).toList();
    }

    /**
     * Releases a lease under which no work runs any more, and lets this pod take the partition again. After a loss this frees the
     * lease in case Redis still counts it as this pod's.
     *
     * @param lease a lease that is or was this pod's
     * @param suspects among how many entries the next owner looks for the job over which an earlier owner died; zero if there is none
     * @return completes when Redis knows, or when the lease has expired without
     */
    public CompletionStage<Void> release(Lease lease, int suspects) {
        return giveUp(lease, new LeaseEnd.Released(suspects));
    }

    /**
     * Gives a lease whose work is finished and committed to the pod that requested it; releases it if that pod waits no longer.
     *
     * @param lease a lease of this pod
     * @param to the owner to be, from the request
     * @param suspects as of {@link #release}
     * @return completes when Redis knows, or when the lease has expired without
     */
    public CompletionStage<Void> handOver(Lease lease, LeaseOwner to, int suspects) {
        return giveUp(lease, new LeaseEnd.HandedOver(to, suspects));
    }

    /**
     * The lease is void: the primary that granted it is gone, or its work cannot go on. Tells Redis nothing; this pod does not take the partition
     * again before {@link #release}.
     *
     * @param lease a lease of this pod
     */
    public void forget(Lease lease) {
        end(lease, new LeaseEnd.Voided());
    }

    /**
     * @param by the owner to be, from the request
     * @param staying how many partitions this pod owns and has not promised to others
     * @return what to do about the request
     */
    public Answer answer(LeaseOwner by, long staying) {
        if (!finder.knows(by.pod()) && !unlisted.contains(by.pod())) {
            if (strangers.add(by.pod())) {
                registration.readSoon();
            }
            return Answer.LATER;
        }
        return staying > finder.least() ? Answer.GIVE : Answer.KEEP;
    }

    /**
     * @return the registered pods by name, this one included, as far as it has heard
     */
    public List<PodId> pods() {
        return finder.pods().stream().map(LivingPod::id).sorted().toList();
    }

    private void heard(List<LivingPod> pods) {
        finder.pods(pods);
        if (!strangers.isEmpty()) {
            unlisted.clear();
            unlisted.addAll(strangers);
            unlisted.removeIf(finder::knows);
            strangers.clear();
            renewer.renew();
        }
    }

    /**
     * Rejects a hand-over request, so that the pod may ask another one.
     *
     * @param lease a lease of this pod
     * @param by the owner to be, from the request
     */
    public void reject(Lease lease, LeaseOwner by) {
        OwnedLease known = owned.find(lease);
        if (known != null) {
            known.reject(by);
            if (!rejecting) {
                rejecting = true;
                loop.execute(() -> {
                    rejecting = false;
                    renewer.renew();
                });
            }
        }
    }

    /**
     * Redis refused a command under this lease. No job starts under it any more, and a renewal of all leases finds out at once which
     * others are lost too.
     *
     * @param lease a lease of this pod
     */
    public void fenced(Lease lease) {
        OwnedLease known = owned.find(lease);
        if (known != null) {
            known.refuse();
            renewer.renew();
        }
    }

    /**
     * Competes for other partitions from now on. What this pod owns beyond them stays its own until it is released, and is not taken
     * again.
     *
     * @param now what to compete for
     */
    public void resized(Competition now) {
        if (!now.equals(domain.competition())) {
            domain.resized(now);
            finder.resized();
            registration.refreshSoon();
        }
    }

    /**
     * Keeps this pod from taking a partition on which a job of an earlier session still runs.
     *
     * @param index the partition
     */
    public void block(int index) {
        finder.block(index);
    }

    /**
     * Ends {@link #block}.
     *
     * @param index the partition
     */
    public void unblock(int index) {
        finder.unblock(index);
    }

    private CompletionStage<Void> giveUp(Lease lease, LeaseEnd.GivenUp end) {
        boolean known = end(lease, end);
        return releaser.tell(lease, end, known);
    }

    /**
     * Every end of a lease passes here.
     *
     * @return whether this pod owned the lease until now
     */
    private boolean end(Lease lease, LeaseEnd end) {
        OwnedLease ended = owned.find(lease);
        boolean known = owned.remove(lease);
        Duration age = ended == null ? Duration.ZERO : ended.age(loop.nanoTime());
        if (end instanceof LeaseEnd.Lost) {
            finder.lost(index(lease), age);
        } else {
            finder.ended(index(lease), age);
        }
        if (end instanceof LeaseEnd.GivenUp) {
            finder.unblock(index(lease));
        }
        return known;
    }

    private void lose(LeaseEnd.Lost end, List<Lease> lost) {
        log.flush();
        LOG.warn(
                "queue={} lost the leases of partitions {}: {}; Redis refuses late work of this pod",
                domain.queue(),
                lost.stream().map(LeaseKeeper::index).sorted().toList(),
                end.reason());
        for (Lease lease : lost) {
            end(lease, end);
            listener.lost(lease);
        }
    }

    private static int index(Lease lease) {
        return lease.partition().index();
    }

    /** What the finder asks and tells. */
    private final class FinderHost implements LeaseFinder.Host {
        @Override
        public int ownedCount() {
            return owned.size();
        }

        @Override
        public boolean owns(int index) {
            return owned.contains(index);
        }

        @Override
        public void granted(Granted granted, long sent) {
            Lease lease = granted.lease();
            if (!taking || index(lease) >= domain.partitions()) {
                CompletionStage<Void> released = releaser.tell(lease, new LeaseEnd.Released(granted.suspects()), false);
                givenBack = givenBack.thenCombine(released, (one, other) -> null);
                return;
            }
            owned.add(new OwnedLease(lease, sent, TrustTerm.startingAt(sent, settings)));
            log.note(lease, "acquired; the previous lease: " + previous(granted));
            listener.acquired(granted);
        }

        private static String previous(Granted granted) {
            return granted.predecessor().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }

        /** Another pod may have requested one of this pod's partitions. */
        @Override
        public void ownedAnnounced() {
            renewer.renew();
        }

        /** A pod gave a lease up, perhaps because it leaves. */
        @Override
        public void otherAnnounced() {
            registration.refreshSoon();
            listener.othersAnnounced();
        }
    }
}
