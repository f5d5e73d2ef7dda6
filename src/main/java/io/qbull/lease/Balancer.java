package io.qbull.lease;

import io.qbull.config.LeaseSettings;
import io.qbull.model.Capacity;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PodId;
import io.qbull.model.Shares;
import io.qbull.store.LayoutTable.LivingPod;
import io.qbull.store.LeaseTable.LeaseView;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Decides which partitions a pod acquires and which it requests from their owners. A pure function of what the pod has seen: every
 * pod decides for itself, and Redis settles races.
 */
final class Balancer {
    /** So many hand-overs to one pod are under way at most: each ends with a moment during which nobody owns the partition. */
    static final int MOST_REQUESTS = 16;

    /** A pod that has room takes an urgent partition at once, the others when it has been free for so long. */
    static final Duration URGENT_GRACE = Duration.ofMillis(300);

    private Balancer() {}

    /**
     * What a pod knows when it decides.
     *
     * @param me this pod
     * @param settings its settings
     * @param competition what the pods compete for
     * @param owned number of leases that it owns
     * @param acquiring number of free leases that it is acquiring
     * @param requests number of hand-over requests that are open; when their owners grant them, if at all, is up to them
     * @param candidates partitions that it neither owns nor acquires nor requests, in its order of preference
     * @param pods registered pods, this one included
     */
    record View(
            PodId me,
            LeaseSettings settings,
            Competition competition,
            int owned,
            int acquiring,
            int requests,
            List<Candidate> candidates,
            List<LivingPod> pods) {
        Capacity capacity() {
            return settings.capacity().within(competition.partitions());
        }

        /** Registered pods except those whose leases expired: they are gone although their entries remain for a while. */
        List<LivingPod> living() {
            Set<PodId> gone = candidates.stream()
                    .map(Candidate::lease)
                    .filter(lease -> lease.free() && !lease.released())
                    .map(LeaseView::owner)
                    .flatMap(Stream::ofNullable)
                    .map(LeaseOwner::pod)
                    .collect(Collectors.toSet());
            return pods.stream()
                    .filter(pod -> pod.id().equals(me) || !gone.contains(pod.id()))
                    .toList();
        }

        /** How many partitions each pod owns in the end; this one counts by its own settings. */
        Shares shares() {
            List<Capacity> capacities = new ArrayList<>(List.of(capacity()));
            living().stream().filter(pod -> !pod.id().equals(me)).forEach(pod -> capacities.add(pod.capacity()));
            return Shares.of(competition.partitions(), capacities);
        }

        boolean urgent(Candidate candidate) {
            return competition.urgent().contains(candidate.index());
        }
    }

    /**
     * A partition that another pod owns, or none.
     *
     * @param index the partition
     * @param lease its lease when last seen
     * @param freeFor how long it has been seen free; zero if it is owned
     */
    record Candidate(int index, LeaseView lease, Duration freeFor) {}

    /**
     * What to do.
     *
     * @param acquire free partitions to acquire
     * @param request partitions to request from their owners
     */
    record Moves(List<Integer> acquire, List<Integer> request) {}

    static Moves moves(View view) {
        Shares shares = view.shares();
        List<Candidate> free = view.candidates().stream()
                .filter(c -> c.lease().free())
                .sorted(Comparator.comparing(c -> !view.urgent(c)))
                .toList();
        // Open requests take no room from free partitions; otherwise those would wait for hand-overs. A hand-over
        // granted on top becomes surplus like any other.
        int taken = view.owned() + view.acquiring();
        int room = Math.min(Math.max(0, shares.most(view.capacity()) - taken), free.size());
        List<Integer> acquire = new ArrayList<>();
        free.stream().limit(room).forEach(c -> acquire.add(c.index()));
        List<Candidate> left = free.subList(room, free.size());
        acquire.addAll(adopted(view, left.stream().filter(view::urgent).toList(), URGENT_GRACE, Integer.MAX_VALUE));
        List<Candidate> others = left.stream().filter(c -> !view.urgent(c)).toList();
        int more = view.capacity().most() - taken - acquire.size();
        acquire.addAll(adopted(view, others, view.settings().orphanGrace(), more));
        return new Moves(acquire, requests(view, shares, taken + acquire.size() + view.requests()));
    }

    /** Partitions that no pod whose share is too small has taken. The living pods share them: each adopts its part, later the rest. */
    private static List<Integer> adopted(View view, List<Candidate> left, Duration grace, int most) {
        if (left.isEmpty() || most <= 0) {
            return List.of();
        }
        List<Integer> ripe = left.stream()
                .filter(c -> c.freeFor().compareTo(grace) >= 0)
                .map(Candidate::index)
                .toList();
        int living = view.living().size();
        int share = (ripe.size() + living - 1) / living;
        return ripe.subList(0, Math.min(share, most));
    }

    /**
     * Requests partitions of the pods that have most of them, until this pod has its share.
     *
     * @param owned how many this pod owns once all that is under way succeeds
     */
    private static List<Integer> requests(View view, Shares shares, int owned) {
        List<Integer> requests = new ArrayList<>();
        int most = Math.min(shares.most(view.capacity()) - owned, MOST_REQUESTS - view.requests());
        if (most > 0) {
            List<Owner> others = owners(view);
            int least = Math.min(shares.least(view.capacity()) - owned, most);
            // A pod that lacks nothing but one of the rest leaves those that have one of the rest alone.
            request(others, shares::least, least, requests);
            request(others, shares::most, most, requests);
        }
        return requests;
    }

    private static void request(List<Owner> others, ToIntFunction<Capacity> keeps, int until, List<Integer> requests) {
        Comparator<Owner> bySurplus = Comparator.comparingInt(owner -> owner.surplus(keeps));
        Queue<Owner> givers = new PriorityQueue<>(
                bySurplus.thenComparing(owner -> owner.pod().id()).reversed());
        others.stream().filter(owner -> owner.surplus(keeps) > 0).forEach(givers::add);
        while (requests.size() < until && !givers.isEmpty()) {
            Owner fullest = givers.remove();
            requests.add(fullest.unrequested.remove());
            if (fullest.surplus(keeps) > 0) {
                givers.add(fullest);
            }
        }
    }

    /**
     * Another pod.
     *
     * @param pod the pod
     * @param unrequested its partitions that no pod has requested yet
     * @param staying those that are urgent: a new owner would begin the move of their jobs anew
     */
    private record Owner(LivingPod pod, Deque<Integer> unrequested, Deque<Integer> staying) {
        int surplus(ToIntFunction<Capacity> keeps) {
            int all = unrequested.size() + staying.size();
            return Math.min(unrequested.size(), all - keeps.applyAsInt(pod.capacity()));
        }
    }

    private static List<Owner> owners(View view) {
        Map<PodId, Owner> others = new HashMap<>();
        for (LivingPod pod : view.pods()) {
            if (!pod.id().equals(view.me())) {
                others.put(pod.id(), new Owner(pod, new ArrayDeque<>(), new ArrayDeque<>()));
            }
        }
        for (Candidate candidate : view.candidates()) {
            LeaseView lease = candidate.lease();
            Owner owner = lease.free() || lease.owner() == null
                    ? null
                    : others.get(lease.owner().pod());
            if (owner != null && lease.requester() == null) {
                (view.urgent(candidate) ? owner.staying : owner.unrequested).add(candidate.index());
            }
        }
        return List.copyOf(others.values());
    }

    /**
     * Pods prefer different partitions, so that they seldom race: the order starts at a place given by the pod's name. Partitions that the
     * queue does not have are different from all others.
     */
    static Comparator<Integer> preference(PodId pod, int partitions) {
        int first = Math.floorMod(pod.value().hashCode(), partitions);
        Comparator<Integer> rotated = Comparator.comparingInt(index -> Math.floorMod(index - first, partitions));
        return rotated.thenComparing(Comparator.naturalOrder());
    }
}
