package io.qbull.lease;

import io.qbull.config.LeaseSettings;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.runtime.EventLoop;
import io.qbull.store.LayoutTable.LivingPod;
import io.qbull.store.LeaseTable.Acquisition;
import io.qbull.store.LeaseTable.Acquisition.Granted;
import io.qbull.store.LeaseTable.LeaseView;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides which leases this pod acquires and requests. Looks at each lease of another pod once, then again only when the expiry that
 * it saw has passed or an announcement names it; does not look at all while this pod could take nothing. Runs on the event loop.
 */
final class LeaseFinder {
    /** Within this time a pod announces several leases. */
    private static final Duration BUNCH = Duration.ofMillis(5);
    /** Over so much time for each pod the looks that follow an announcement are spread. */
    private static final Duration PER_POD = Duration.ofMillis(2);

    private final LeaseDomain domain;
    private final LeaseSettings settings;
    private final EventLoop loop;
    private final Host host;
    private final LeaseObserver observer;
    private final LeaseAcquirer acquirer;
    private final HandOverRequests requests;
    private final LeaseAnnouncements announcements;
    /** Partitions on which work of this pod may still run without a lease. */
    private final Set<Integer> blocked = new HashSet<>();

    private final TakeOverPauses pauses;
    /** Partitions that this pod leaves alone for a pause. */
    private final Set<Integer> resting = new HashSet<>();
    /** What the end of this turn of the loop brings; empty if no such end is planned. */
    private final Set<Step> planned = EnumSet.noneOf(Step.class);

    private List<LivingPod> pods = List.of();
    private EventLoop.@Nullable Timer nextLook;
    /** When the announcements of this moment are followed by a look. */
    private long nextHeard;

    private boolean running;

    /** What follows once for everything that happened in one turn of the loop. */
    private enum Step {
        /** A grant has ended this pod's part in a round of adoption. */
        LOOK_AT_ORPHANS,
        /** A refusal has shown what another pod owns. */
        DECIDE,
        SCHEDULE_LOOK
    }

    /** The keeper, as the finder sees it. Called on the event loop. */
    interface Host {
        int ownedCount();

        boolean owns(int index);

        /**
         * @param granted this pod is the owner
         * @param sent when the acquisition was sent
         */
        void granted(Granted granted, long sent);

        /** A lease of this pod was announced: another pod may request it. */
        void ownedAnnounced();

        /** A lease of another pod was announced: its owner may have gone. */
        void otherAnnounced();
    }

    LeaseFinder(LeaseDomain domain, LeaseSettings settings, LeaseContext context, Host host) {
        this.domain = domain;
        this.settings = settings;
        this.loop = context.loop();
        this.host = host;
        this.pauses = new TakeOverPauses(settings);
        this.observer = new LeaseObserver(domain, settings, context);
        this.acquirer = new LeaseAcquirer(domain, settings, context, this::acquisitionEnded);
        this.requests = new HandOverRequests(domain, settings, context, observer, () -> plan(Step.SCHEDULE_LOOK));
        this.announcements = new LeaseAnnouncements(domain, settings, context, this::subscribed, this::announced);
    }

    void start() {
        running = true;
        nextHeard = loop.nanoTime();
        observer.start();
        announcements.start();
        look();
    }

    /**
     * Starts no new acquisition; pending ones finish.
     *
     * @return completes when none is pending
     */
    CompletionStage<Void> drain() {
        running = false;
        if (nextLook != null) {
            nextLook.cancel();
        }
        announcements.stop();
        return acquirer.drain();
    }

    /** This pod competes for other partitions from now on. */
    void resized() {
        requests.resized();
        observer.resized();
        decide();
        look();
    }

    /** Takes note of the registered pods. */
    void pods(List<LivingPod> registered) {
        pods = registered;
        observer.fleet(registered.size());
        decide();
        plan(Step.SCHEDULE_LOOK);
    }

    /** This pod does not take the partition until {@link #unblock}. */
    void block(int index) {
        blocked.add(index);
    }

    /**
     * The lease of a partition has ended, but was not lost.
     *
     * @param index the partition
     * @param owned for how long this pod owned it
     */
    void ended(int index, Duration owned) {
        pauses.ended(index, owned);
    }

    /**
     * This pod has lost the lease and does not take the partition until {@link #unblock}.
     *
     * @param index the partition
     * @param owned for how long this pod owned it
     */
    void lost(int index, Duration owned) {
        pauses.lost(index, owned);
        block(index);
    }

    /** This pod may take the partition again, after the other pods have had their chance. */
    void unblock(int index) {
        blocked.remove(index);
        if (observer.knows(index)) {
            Duration pause = pauses.of(index);
            observer.forget(index);
            observer.lookAfter(index, pause);
            plan(Step.SCHEDULE_LOOK);
            if (pause.compareTo(TakeOverPauses.SHORTEST) > 0 && resting.add(index)) {
                loop.schedule(pause, () -> {
                    resting.remove(index);
                    look();
                });
            }
        }
    }

    /** Leases that were handed to this pod before then were announced to nobody. */
    private void subscribed() {
        for (int index = 0; index < domain.partitions(); index++) {
            if (requests.isOpen(index)) {
                observer.lookAfter(index, Duration.ZERO);
            }
        }
        look();
    }

    private void announced(PartitionId partition) {
        int index = partition.index();
        if (host.owns(index)) {
            host.ownedAnnounced();
            return;
        }
        if (running && observer.knows(index)) {
            acquirer.announced(index);
            observer.lookWithin(index, requests.isOpen(index) ? Duration.ZERO : untilHeard());
            plan(Step.SCHEDULE_LOOK);
        }
        host.otherAnnounced();
    }

    /**
     * Announcements come in bunches, which one look serves. All pods with room hear them, so they look one after another: the later ones
     * see what the first have taken.
     */
    private Duration untilHeard() {
        long now = loop.nanoTime();
        if (nextHeard - now <= 0) {
            nextHeard = now
                    + BUNCH.plus(observer.jitter(PER_POD.multipliedBy(pods.size())))
                            .toNanos();
        }
        return Duration.ofNanos(nextHeard - now);
    }

    private void look() {
        if (running) {
            List<PartitionId> due = observer.due(watched());
            if (!due.isEmpty()) {
                observer.look(due, this::looked);
            }
            plan(Step.SCHEDULE_LOOK);
        }
    }

    private void looked(Map<PartitionId, LeaseView> views) {
        views.forEach((partition, view) -> saw(partition.index(), view));
        decide();
        plan(Step.SCHEDULE_LOOK);
    }

    private void saw(int index, LeaseView view) {
        observer.saw(index, view);
        if (running) {
            LeaseOwner granted = requests.grantedBy(index, view);
            if (granted != null) {
                acquirer.acquire(index, granted);
            }
        }
        requests.awaitGrant(index);
    }

    /** Partitions worth a look: all that this pod could take; if it has no room, those that it has requested, and urgent ones. */
    private IntPredicate watched() {
        boolean room = settings.capacity().most() - host.ownedCount() - acquirer.pendingCount() > 0;
        return index -> (room || requests.isOpen(index) || domain.urgent(index)) && takeable(index);
    }

    private boolean takeable(int index) {
        return !acquirer.isPending(index) && !blocked.contains(index) && !resting.contains(index) && !host.owns(index);
    }

    /** Answers come in bunches, and each step goes through all partitions. */
    private void plan(Step step) {
        if (planned.isEmpty()) {
            loop.execute(this::carryOut);
        }
        planned.add(step);
    }

    private void carryOut() {
        Set<Step> steps = EnumSet.copyOf(planned);
        planned.clear();
        if (steps.contains(Step.LOOK_AT_ORPHANS)) {
            observer.lookAtOrphans();
        }
        if (steps.contains(Step.DECIDE)) {
            decide();
        }
        scheduleLook();
    }

    private void scheduleLook() {
        if (!running) {
            return;
        }
        if (nextLook != null) {
            nextLook.cancel();
        }
        Duration wait = observer.untilNextLook(watched());
        if (wait != null) {
            nextLook = loop.schedule(wait, this::look);
        }
    }

    private void decide() {
        if (!running || pods.isEmpty()) {
            return;
        }
        List<Balancer.Candidate> candidates = observer.candidates(index -> takeable(index) && !requests.isOpen(index));
        Balancer.Moves moves = Balancer.moves(view(candidates));
        moves.acquire().forEach(index -> acquirer.acquire(index, newOwner()));
        moves.request().forEach(index -> requests.request(index, newOwner()));
    }

    private Balancer.View view(List<Balancer.Candidate> candidates) {
        return new Balancer.View(
                domain.pod(),
                settings,
                domain.competition(),
                host.ownedCount(),
                acquirer.pendingCount(),
                requests.openCount(),
                candidates,
                pods);
    }

    /** The registered pods, as far as this one has heard. */
    List<LivingPod> pods() {
        return pods;
    }

    /** Whether a pod is registered, as far as this one has heard. */
    boolean knows(PodId pod) {
        return pods.stream().anyMatch(each -> each.id().equals(pod));
    }

    /** How many partitions this pod owns before it gives any away. */
    int least() {
        // What a look that was under way has seen of this pod's own partitions is out of date.
        Balancer.View view = view(observer.candidates(index -> !host.owns(index)));
        return view.shares().least(view.capacity());
    }

    private void acquisitionEnded(int index, @Nullable Acquisition result, long sent, boolean outOfDate) {
        if (result instanceof Granted granted) {
            observer.forget(index);
            plan(Step.LOOK_AT_ORPHANS);
            host.granted(granted, sent);
        } else if (result instanceof Acquisition.Owned owned) {
            saw(index, owned.view());
            if (outOfDate) {
                observer.lookAfter(index, Duration.ZERO);
            }
            plan(Step.DECIDE);
        } else if (result instanceof Acquisition.Spent) {
            observer.lookAfter(index, Duration.ZERO);
        }
        plan(Step.SCHEDULE_LOOK);
    }

    private LeaseOwner newOwner() {
        return new LeaseOwner(domain.pod(), UUID.randomUUID().toString().replace("-", ""));
    }
}
