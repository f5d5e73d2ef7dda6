package io.qbull.lease;

import io.qbull.config.LeaseSettings;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PodId;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Decides which partitions a pod acquires and which it requests from their owners. A pure function of what the pod has seen: every
 * pod decides for itself, and Redis settles races.
 */
final class Balancer {
    private Balancer() {}

    /**
     * What a pod knows when it decides.
     *
     * @param me this pod
     * @param settings its settings
     * @param owned number of leases that it owns
     * @param acquiring number of free leases that it is acquiring
     * @param requests number of hand-over requests that are open; when their owners grant them, if at all, is up to them
     * @param candidates partitions that it neither owns nor acquires nor requests, in its order of preference
     * @param pods registered pods, this one included
     */
    record View(
            PodId me,
            LeaseSettings settings,
            int owned,
            int acquiring,
            int requests,
            List<Candidate> candidates,
            List<LivingPod> pods) {
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
        List<Candidate> free =
                view.candidates().stream().filter(c -> c.lease().free()).toList();
        // Open requests take no room from free partitions; otherwise those would wait for hand-overs. A hand-over
        // granted on top becomes surplus like any other.
        int taken = view.owned() + view.acquiring();
        int room = Math.max(0, view.settings().partitionsPerPod() - taken);
        List<Integer> acquire = new ArrayList<>();
        free.stream().limit(room).forEach(c -> acquire.add(c.index()));
        List<Candidate> left = free.subList(Math.min(room, free.size()), free.size());
        acquire.addAll(orphans(view, left, view.settings().maxPartitionsPerPod() - taken - acquire.size()));
        return new Moves(acquire, requests(view, room - Math.min(room, free.size()) - view.requests()));
    }

    /** Partitions that no pod with room has taken. The living pods share them: each adopts its part, later the rest. */
    private static List<Integer> orphans(View view, List<Candidate> left, int most) {
        if (!view.settings().adoptOrphans() || left.isEmpty() || most <= 0) {
            return List.of();
        }
        List<LivingPod> living = view.living();
        if (living.size() <= 1) {
            return left.stream().limit(most).map(Candidate::index).toList();
        }
        List<Integer> ripe = left.stream()
                .filter(c -> c.freeFor().compareTo(view.settings().orphanGrace()) >= 0)
                .map(Candidate::index)
                .toList();
        int share = (ripe.size() + living.size() - 1) / living.size();
        return ripe.subList(0, Math.min(share, most));
    }

    /** Requests only surplus partitions, from the most overloaded pods first. */
    private static List<Integer> requests(View view, int room) {
        List<Integer> requests = new ArrayList<>();
        Queue<OverloadedPod> overloaded = room > 0 ? overloaded(view) : new PriorityQueue<>();
        while (requests.size() < room) {
            OverloadedPod fullest = overloaded.poll();
            if (fullest == null) {
                break;
            }
            requests.add(fullest.unrequested.remove());
            if (fullest.surplus() > 0) {
                overloaded.add(fullest);
            }
        }
        return requests;
    }

    /**
     * A pod that may own more than its capacity.
     *
     * @param pod the pod
     * @param capacity number of partitions it is to keep
     * @param unrequested its partitions that no pod has requested yet
     */
    private record OverloadedPod(PodId pod, int capacity, Deque<Integer> unrequested) {
        int surplus() {
            return unrequested.size() - Math.max(0, capacity);
        }
    }

    private static Queue<OverloadedPod> overloaded(View view) {
        Map<PodId, OverloadedPod> others = new HashMap<>();
        for (LivingPod pod : view.pods()) {
            if (!pod.id().equals(view.me())) {
                others.put(pod.id(), new OverloadedPod(pod.id(), pod.capacity(), new ArrayDeque<>()));
            }
        }
        for (Candidate candidate : view.candidates()) {
            LeaseView lease = candidate.lease();
            OverloadedPod owner = lease.free() || lease.owner() == null
                    ? null
                    : others.get(lease.owner().pod());
            if (owner != null && lease.requester() == null) {
                owner.unrequested.add(candidate.index());
            }
        }
        Queue<OverloadedPod> overloaded = new PriorityQueue<>(Comparator.comparing(OverloadedPod::surplus)
                .thenComparing(OverloadedPod::pod)
                .reversed());
        others.values().stream().filter(pod -> pod.surplus() > 0).forEach(overloaded::add);
        return overloaded;
    }

    /** Pods prefer different partitions, so that they seldom race: the order starts at a place given by the pod's name. */
    static Comparator<Integer> preference(PodId pod, int partitions) {
        int first = Math.floorMod(pod.value().hashCode(), partitions);
        return Comparator.comparingInt(index -> Math.floorMod(index - first, partitions));
    }
}
