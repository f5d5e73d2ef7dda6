package io.qbull.lease;

import io.qbull.config.LeaseSettings;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PartitionId;
import io.qbull.runtime.EventLoop;
import io.qbull.store.LayoutTable.Pod;
import io.qbull.store.LeaseTable.Acquisition;
import io.qbull.store.LeaseTable.Acquisition.Granted;
import io.qbull.store.LeaseTable.LeaseView;
import io.qbull.store.Reachability;
import io.qbull.store.Reachability.Subject;
import io.qbull.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Finds leases to take. Looks at each foreign lease once, then again only when the expiry that it saw has passed or an
 * announcement names it; does not look at all when it could not take anything. Runs on the event loop.
 */
final class LeaseFinder {
    private static final Duration JITTER = Duration.ofMillis(250);
    private static final Duration RETRY = Duration.ofMillis(100);
    private final LeaseDomain domain;
    private final LeaseSettings settings;
    private final Store store;
    private final EventLoop loop;
    private final Reachability reachability;
    private final Host host;
    private final RandomGenerator random;
    private final Map<Integer, Place> places;
    private final Set<Integer> blocked = new HashSet<>();
    private List<Pod> pods = List.of();
    private final CompletableFuture<Void> settled = new CompletableFuture<>();
    private EventLoop.@Nullable Timer nextLook;
    private @Nullable AutoCloseable announcements;
    private boolean running;
    private boolean planning;
    /** A refusal has shown what another pod holds. */
    private boolean undecided;
    /** A grant has ended this pod's part of a round of adoption. */
    private boolean adopted;

    LeaseFinder(LeaseDomain domain, LeaseSettings settings, LeaseContext context, Host host) {
        this.domain = domain;
        this.settings = settings;
        this.store = context.store();
        this.loop = context.loop();
        this.reachability = context.reachability();
        this.random = context.random();
        this.host = host;
        this.places = new TreeMap<>(Balancer.preference(domain.pod(), domain.partitions()));
    }

    /** What the scout knows of one partition. */
    private static final class Place {
        @Nullable
        LeaseView sight;

        long freeSince;
        long lookAt;
        /** Set while a command that may make this pod the owner is under way. */
        boolean acquiring;
        /** Announced meanwhile: what the command under way answers may be out of date. */
        boolean announced;
        /** What this pod has asked the owner for. */
        @Nullable
        LeaseOwner wish;
        /** Whether the question was answered, or will not be any more. */
        boolean wishKnown;

        Place(long lookAt) {
            this.lookAt = lookAt;
        }
    }

    void start() {
        running = true;
        for (int index = 0; index < domain.partitions(); index++) {
            places.put(index, new Place(loop.nanoTime()));
        }
        listen();
        look();
    }

    /**
     * Begins nothing any more. What is being acquired goes on until it is answered, for a command whose reply was lost may still
     * make this pod the owner: who is granted a lease can give it back.
     *
     * @return completes when nothing is being acquired
     */
    CompletionStage<Void> stop() {
        running = false;
        if (nextLook != null) {
            nextLook.cancel();
        }
        if (announcements != null) {
            close(announcements);
            announcements = null;
        }
        settle();
        return settled;
    }

    private void settle() {
        if (!running && acquiring() == 0) {
            settled.complete(null);
        }
    }

    boolean knowsPods() {
        return !pods.isEmpty();
    }

    void pods(List<Pod> living) {
        pods = living;
        decide();
        planLook();
    }

    /** This pod has just given the partition up, or nothing of its own runs there any more: others first, then this pod again. */
    void released(int index) {
        blocked.remove(index);
        Place place = places.get(index);
        if (place != null) {
            place.sight = null;
            place.lookAt = loop.nanoTime() + RETRY.toNanos();
            planLook();
        }
    }

    /** Something of this pod still runs there under a lost lease. */
    void block(int index) {
        blocked.add(index);
    }

    private void listen() {
        store.leases()
                .announcements(domain.queue(), partition -> loop.execute(() -> announced(partition)))
                .whenComplete((subscription, failure) -> loop.execute(() -> {
                    if (failure != null) {
                        reachability.unanswered(Subject.QUEUE, failure);
                        if (running) {
                            loop.schedule(settings.renewEvery(), this::listen);
                        }
                    } else if (running) {
                        announcements = subscription;
                    } else {
                        close(subscription);
                    }
                }));
    }

    private void announced(PartitionId partition) {
        if (host.holds(partition.index())) {
            host.announcedHeld();
        } else {
            soon(partition.index());
            host.announcedElsewhere();
        }
    }

    private void soon(int index) {
        Place place = places.get(index);
        if (place != null && running) {
            place.announced = place.acquiring;
            place.lookAt = loop.nanoTime();
            look();
        }
    }

    private void look() {
        if (!running) {
            return;
        }
        // What falls due soon is looked at in the same call. Early delays nothing: the expiry that is seen counts.
        long horizon = loop.nanoTime() + settings.renewEvery().dividedBy(4).toNanos();
        boolean seeking = seeking();
        List<PartitionId> due = new ArrayList<>();
        places.forEach((index, place) -> {
            if (watched(seeking, index, place) && place.lookAt - horizon <= 0) {
                due.add(new PartitionId(domain.queue(), index));
                place.lookAt = loop.nanoTime() + settings.renewEvery().toNanos();
            }
        });
        if (!due.isEmpty()) {
            store.leases()
                    .peek(due)
                    .whenComplete((sights, failure) -> loop.execute(() -> {
                        due.forEach(
                                partition -> looked(partition, sights == null ? null : sights.get(partition), failure));
                        decide();
                        planLook();
                    }));
        }
        planLook();
    }

    private void looked(PartitionId partition, @Nullable LeaseView sight, @Nullable Throwable failure) {
        if (sight != null) {
            reachability.answered(lease(partition));
            saw(partition.index(), sight);
        } else {
            reachability.unanswered(lease(partition), failure);
            place(partition.index()).lookAt =
                    loop.nanoTime() + settings.renewEvery().dividedBy(10).toNanos();
        }
    }

    /** Whether this pod could take any partition. */
    private boolean seeking() {
        int most = settings.adoptOrphans() ? settings.maxPartitionsPerPod() : settings.partitionsPerPod();
        return most - host.held() - acquiring() > 0;
    }

    private boolean watched(boolean seeking, int index, Place place) {
        return (seeking || place.wish != null) && !place.acquiring && !blocked.contains(index) && !host.holds(index);
    }

    /** Once for all that happened in one turn of the loop: answers come in bunches, and a plan goes through all partitions. */
    private void planLook() {
        if (!planning) {
            planning = true;
            loop.execute(() -> {
                planning = false;
                if (adopted) {
                    adopted = false;
                    lookAtOrphans();
                }
                if (undecided) {
                    undecided = false;
                    decide();
                }
                scheduleLook();
            });
        }
    }

    private void scheduleLook() {
        if (!running) {
            return;
        }
        if (nextLook != null) {
            nextLook.cancel();
        }
        boolean seeking = seeking();
        long now = loop.nanoTime();
        long wait = Long.MAX_VALUE;
        for (Map.Entry<Integer, Place> entry : places.entrySet()) {
            if (watched(seeking, entry.getKey(), entry.getValue())) {
                wait = Math.min(wait, entry.getValue().lookAt - now);
            }
        }
        if (wait != Long.MAX_VALUE) {
            nextLook = loop.schedule(Duration.ofNanos(Math.max(0, wait)), this::look);
        }
    }

    /** The living share orphans in rounds. What one has left is looked at again when the others have had their turn. */
    private void lookAtOrphans() {
        long now = loop.nanoTime();
        for (Place place : places.values()) {
            if (place.sight != null
                    && place.sight.free()
                    && now - place.freeSince >= settings.orphanGrace().toNanos()) {
                lookWithin(place, JITTER);
            }
        }
    }

    private void saw(int index, LeaseView sight) {
        Place place = place(index);
        long now = loop.nanoTime();
        boolean wasFree = place.sight != null && place.sight.free();
        if (sight.free() && !wasFree) {
            place.freeSince = now;
        }
        place.sight = sight;
        place.lookAt = now + untilNextLook(place, sight, now).toNanos();
        if (place.wish != null && running) {
            fulfil(index, place, place.wish, sight);
        }
        awaitHandOver(place);
    }

    /** The announcement of a hand-over may not be heard, and it lapses after a while. */
    private void awaitHandOver(Place place) {
        if (place.wish != null) {
            lookWithin(place, settings.renewEvery().dividedBy(2));
        }
    }

    /** Never puts off a look that is due sooner. */
    private void lookWithin(Place place, Duration longest) {
        long then = loop.nanoTime() + longest.toNanos();
        if (place.lookAt - then > 0) {
            place.lookAt = then;
        }
    }

    private Duration untilNextLook(Place place, LeaseView sight, long now) {
        if (!sight.free()) {
            return sight.remaining().plusNanos(random.nextLong(JITTER.toNanos()));
        }
        Duration untilRipe = settings.orphanGrace().minusNanos(now - place.freeSince);
        return untilRipe.isNegative() || untilRipe.compareTo(settings.renewEvery()) > 0
                ? settings.renewEvery()
                : untilRipe.plusNanos(random.nextLong(JITTER.toNanos()));
    }

    /** A hand-over makes this pod's wish the owner; the pod confirms it by acquiring with that same nonce. */
    private void fulfil(int index, Place place, LeaseOwner wish, LeaseView sight) {
        if (wish.equals(sight.owner()) && !sight.free()) {
            place.wish = null;
            acquire(index, place, wish);
        } else if (place.wishKnown && (sight.free() || !wish.equals(sight.requester()))) {
            place.wish = null;
        }
    }

    private void decide() {
        if (!running || !knowsPods()) {
            return;
        }
        long now = loop.nanoTime();
        List<Balancer.Candidate> candidates = new ArrayList<>();
        places.forEach((index, place) -> {
            LeaseView sight = place.sight;
            boolean open = !place.acquiring && place.wish == null && !blocked.contains(index) && !host.holds(index);
            if (open && sight != null) {
                Duration freeFor = sight.free() ? Duration.ofNanos(now - place.freeSince) : Duration.ZERO;
                candidates.add(new Balancer.Candidate(index, sight, freeFor));
            }
        });
        Balancer.Moves moves = Balancer.moves(
                new Balancer.View(domain.pod(), settings, host.held(), acquiring(), wishes(), candidates, pods));
        for (int index : moves.acquire()) {
            acquire(index, place(index), newOwner());
        }
        for (int index : moves.request()) {
            want(index, place(index));
        }
    }

    private void acquire(int index, Place place, LeaseOwner owner) {
        place.acquiring = true;
        attempt(index, place, owner, loop.nanoTime() + settings.leaseTtl().toNanos());
    }

    /** A repeat carries the same nonce: if the lost attempt was carried out, the repeat gets the same lease. */
    private void attempt(int index, Place place, LeaseOwner owner, long deadline) {
        long started = loop.nanoTime();
        PartitionId partition = new PartitionId(domain.queue(), index);
        store.leases()
                .acquire(partition, owner, settings.leaseTtl(), domain.suspectWindow())
                .whenComplete((acquisition, failure) -> loop.execute(() -> {
                    if (acquisition == null) {
                        reachability.unanswered(lease(partition), failure);
                        if (deadline - loop.nanoTime() > 0) {
                            loop.schedule(RETRY, () -> attempt(index, place, owner, deadline));
                            return;
                        }
                        place.acquiring = false;
                    } else {
                        reachability.answered(lease(partition));
                        place.acquiring = false;
                        answered(index, place, acquisition, started);
                    }
                    settle();
                    planLook();
                }));
    }

    private void answered(int index, Place place, Acquisition acquisition, long started) {
        if (acquisition instanceof Acquisition.Granted granted) {
            place.sight = null;
            adopted = true;
            host.granted(granted, started);
        } else if (acquisition instanceof Acquisition.Owned owned) {
            saw(index, owned.view());
            if (place.announced) {
                place.announced = false;
                place.lookAt = loop.nanoTime();
            }
            undecided = true;
        } else {
            place.lookAt = loop.nanoTime();
        }
    }

    private void want(int index, Place place) {
        LeaseOwner wish = newOwner();
        place.wish = wish;
        place.wishKnown = false;
        PartitionId partition = new PartitionId(domain.queue(), index);
        store.leases()
                .requestHandOver(partition, wish)
                .whenComplete((asked, failure) -> loop.execute(() -> {
                    if (failure != null) {
                        // It may have been carried out, and the owner hands over to this wish: a look tells.
                        reachability.unanswered(lease(partition), failure);
                        lookWithin(place, RETRY);
                    } else if (!Boolean.TRUE.equals(asked) && wish.equals(place.wish)) {
                        // What was seen is out of date: it is free by now, or somebody else was quicker.
                        place.wish = null;
                        lookWithin(place, RETRY);
                    }
                    place.wishKnown = true;
                    awaitHandOver(place);
                    planLook();
                }));
    }

    private int acquiring() {
        return (int) places.values().stream().filter(place -> place.acquiring).count();
    }

    private int wishes() {
        return (int)
                places.values().stream().filter(place -> place.wish != null).count();
    }

    private Place place(int index) {
        return Objects.requireNonNull(places.get(index));
    }

    private static Subject lease(PartitionId partition) {
        return Subject.lease(partition.index());
    }

    private LeaseOwner newOwner() {
        return new LeaseOwner(domain.pod(), UUID.randomUUID().toString().replace("-", ""));
    }

    private void close(AutoCloseable subscription) {
        try {
            subscription.close();
        } catch (Exception e) {
            reachability.unanswered(Subject.QUEUE, e);
        }
    }

    /** The keeper, as the scout sees it. Called on the event loop. */
    interface Host {
        int held();

        boolean holds(int index);

        void granted(Granted granted, long started);

        /** A lease of this pod was announced: somebody may want it. */
        void announcedHeld();

        /** A lease of another pod was announced: its owner may have gone. */
        void announcedElsewhere();
    }
}
