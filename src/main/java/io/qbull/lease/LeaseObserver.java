package io.qbull.lease;

import io.qbull.config.LeaseSettings;
import io.qbull.model.PartitionId;
import io.qbull.store.LeaseTable.LeaseView;
import io.qbull.store.Reachability.Subject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Looks at leases, remembers what it saw, and knows when each is worth another look: when the expiry that was seen has passed, when an
 * orphan is ripe for adoption, or when another part says so. Runs on the event loop.
 */
final class LeaseObserver {
    private static final Duration JITTER = Duration.ofMillis(250);
    /** So much more jitter for each pod, and at most so much: together less than the second that a take-over may take. */
    private static final Duration JITTER_PER_POD = Duration.ofMillis(5);

    private static final int MOST_JITTERING = 100;
    /** Longest time between two looks at a lease, in TTLs, whatever expiry was seen. */
    private static final int MOST_TTLS = 3;

    private final LeaseDomain domain;
    private final LeaseSettings settings;
    private final LeaseContext context;
    /** By this pod's order of preference. */
    private Map<Integer, Observed> leases;
    /** Spreads the looks of this pod. */
    private Duration jitter = JITTER;

    LeaseObserver(LeaseDomain domain, LeaseSettings settings, LeaseContext context) {
        this.domain = domain;
        this.settings = settings;
        this.context = context;
        this.leases = inOrder();
    }

    private Map<Integer, Observed> inOrder() {
        return new TreeMap<>(Balancer.preference(domain.pod(), domain.partitions()));
    }

    /** What is known of the lease of one partition. */
    private static final class Observed {
        @Nullable
        LeaseView view;

        long freeSince;
        long lookAt;

        Observed(long lookAt) {
            this.lookAt = lookAt;
        }

        Duration freeFor(long now) {
            return view != null && view.free() ? Duration.ofNanos(now - freeSince) : Duration.ZERO;
        }
    }

    /** Every partition is due. */
    void start() {
        resized();
    }

    /** Partitions that are new are due; what was seen of the others stays. */
    void resized() {
        Map<Integer, Observed> before = leases;
        leases = inOrder();
        for (int index = 0; index < domain.partitions(); index++) {
            Observed known = before.get(index);
            leases.put(index, known == null ? new Observed(now()) : known);
        }
        domain.competition().urgent().forEach(index -> lookWithin(index, Duration.ZERO));
    }

    /**
     * @param pods how many may look at the same leases
     */
    void fleet(int pods) {
        jitter = JITTER.plus(JITTER_PER_POD.multipliedBy(Math.min(pods, MOST_JITTERING)));
    }

    boolean knows(int index) {
        return leases.containsKey(index);
    }

    /**
     * What falls due before its owner renews it once more is looked at in the same call: so one call serves the leases of all owners,
     * whenever they renew. An early look delays nothing, because the expiry that it sees counts.
     *
     * @param watched which partitions to look at
     * @return those that are due; they are not due again while the look is under way
     */
    List<PartitionId> due(IntPredicate watched) {
        long horizon = now() + settings.renewEvery().toNanos();
        List<PartitionId> due = new ArrayList<>();
        leases.forEach((index, observed) -> {
            if (watched.test(index) && observed.lookAt - horizon <= 0) {
                due.add(new PartitionId(domain.queue(), index));
                observed.lookAt = now() + settings.renewEvery().toNanos();
            }
        });
        return due;
    }

    /**
     * @param watched which partitions to look at
     * @return time until the next of them is due; null if there is none
     */
    @Nullable
    Duration untilNextLook(IntPredicate watched) {
        long wait = Long.MAX_VALUE;
        for (Map.Entry<Integer, Observed> entry : leases.entrySet()) {
            if (watched.test(entry.getKey())) {
                wait = Math.min(wait, entry.getValue().lookAt - now());
            }
        }
        return wait == Long.MAX_VALUE ? null : Duration.ofNanos(Math.max(0, wait));
    }

    /**
     * @param due which partitions to look at
     * @param seen gets on the loop what was seen; partitions whose server did not answer are missing
     */
    void look(List<PartitionId> due, Consumer<Map<PartitionId, LeaseView>> seen) {
        context.store()
                .leases()
                .peek(due)
                .whenComplete((answer, failure) -> context.loop().execute(() -> {
                    Map<PartitionId, LeaseView> views = answer == null ? Map.of() : answer;
                    due.forEach(partition -> report(partition, views.containsKey(partition), failure));
                    seen.accept(views);
                }));
    }

    private void report(PartitionId partition, boolean answered, @Nullable Throwable failure) {
        Subject lease = Subject.lease(partition.index());
        if (answered) {
            context.reachability().answered(lease);
        } else {
            context.reachability().unanswered(lease, failure);
            lookAfter(partition.index(), settings.renewEvery().dividedBy(10));
        }
    }

    /** Remembers what a look or a refused acquisition has shown. As the methods below, ignores what this pod does not compete for. */
    void saw(int index, LeaseView view) {
        Observed observed = leases.get(index);
        if (observed == null) {
            return;
        }
        boolean wasFree = observed.view != null && observed.view.free();
        if (view.free() && !wasFree) {
            observed.freeSince = now();
        }
        observed.view = view;
        lookAfter(index, untilNextLook(index, observed, view));
    }

    private Duration untilNextLook(int index, Observed observed, LeaseView view) {
        if (!view.free()) {
            // No pod of this queue owns for much longer than its own TTL, unless the clock of Redis has changed.
            Duration longest = settings.leaseTtl().multipliedBy(MOST_TTLS);
            // A request is rejected without an announcement, and then this pod may request the partition.
            Duration again = settings.renewEvery().dividedBy(5);
            boolean sooner = view.requester() != null && again.compareTo(view.remaining()) < 0;
            Duration wait = sooner ? again : view.remaining();
            return wait.compareTo(longest) < 0 ? wait.plus(jitter(jitter)) : longest;
        }
        if (domain.urgent(index)) {
            return Balancer.URGENT_GRACE.plus(jitter(jitter));
        }
        Duration untilRipe = settings.orphanGrace().minus(observed.freeFor(now()));
        return untilRipe.isNegative() || untilRipe.compareTo(settings.renewEvery()) > 0
                ? settings.renewEvery()
                : untilRipe.plus(jitter(jitter));
    }

    /** A random duration that is shorter, unless that is zero. */
    Duration jitter(Duration longest) {
        return longest.isZero() ? longest : Duration.ofNanos(context.random().nextLong(longest.toNanos()));
    }

    /** The living pods adopt orphans in rounds. What one round leaves is worth a look once the other pods have had their turn. */
    void lookAtOrphans() {
        leases.forEach((index, observed) -> {
            if (observed.view != null
                    && observed.view.free()
                    && observed.freeFor(now()).compareTo(settings.orphanGrace()) >= 0) {
                lookWithin(index, JITTER);
            }
        });
    }

    /** What was seen is no longer true. */
    void forget(int index) {
        Observed observed = leases.get(index);
        if (observed != null) {
            observed.view = null;
        }
    }

    void lookAfter(int index, Duration delay) {
        Observed observed = leases.get(index);
        if (observed != null) {
            observed.lookAt = now() + delay.toNanos();
        }
    }

    /** Never postpones a look that is due sooner. */
    void lookWithin(int index, Duration longest) {
        Observed observed = leases.get(index);
        long then = now() + longest.toNanos();
        if (observed != null && observed.lookAt - then > 0) {
            observed.lookAt = then;
        }
    }

    /**
     * @param open which partitions may be acquired or requested
     * @return those of them whose lease has been seen, in order of preference
     */
    List<Balancer.Candidate> candidates(IntPredicate open) {
        List<Balancer.Candidate> candidates = new ArrayList<>();
        leases.forEach((index, observed) -> {
            if (open.test(index) && observed.view != null) {
                candidates.add(new Balancer.Candidate(index, observed.view, observed.freeFor(now())));
            }
        });
        return candidates;
    }

    private long now() {
        return context.loop().nanoTime();
    }
}
