package io.qbull.lease;

import io.qbull.config.LeaseSettings;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PodId;
import io.qbull.store.LayoutTable.Pod;
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

/** Decides which partitions a pod takes or asks for. A pure function: every pod decides for itself, Redis settles races. */
final class Balancer {
    private Balancer() {}

    /**
     * What a pod knows when it decides.
     *
     * @param me this pod
     * @param settings its settings
     * @param held leases that it holds
     * @param acquiring free leases that it is about to take
     * @param wishes leases that it has asked their owners for; when they come, if at all, is up to them
     * @param candidates partitions that it neither holds nor has asked for, in the order in which it prefers them
     * @param pods registered pods, this one included
     */
    record View(
            PodId me,
            LeaseSettings settings,
            int held,
            int acquiring,
            int wishes,
            List<Candidate> candidates,
            List<Pod> pods) {
        /** Registered pods but for those whose leases ran out: they are gone, though not yet forgotten. */
        List<Pod> living() {
            Set<PodId> gone = candidates.stream()
                    .map(Candidate::sight)
                    .filter(sight -> sight.free() && !sight.released())
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
     * A partition of somebody else or of nobody.
     *
     * @param index its index
     * @param sight its lease when last seen
     * @param freeFor how long it has been seen free; zero if it is not
     */
    record Candidate(int index, LeaseView sight, Duration freeFor) {}

    /**
     * What to do.
     *
     * @param acquire free partitions to take
     * @param want partitions to ask their owners for
     */
    record Moves(List<Integer> acquire, List<Integer> want) {}

    static Moves moves(View view) {
        List<Candidate> free =
                view.candidates().stream().filter(c -> c.sight().free()).toList();
        // Wishes leave the room for free partitions alone, or these would wait for hand-overs. What is granted on top
        // of them is excess like any other.
        int taken = view.held() + view.acquiring();
        int room = Math.max(0, view.settings().partitionsPerPod() - taken);
        List<Integer> acquire = new ArrayList<>();
        free.stream().limit(room).forEach(c -> acquire.add(c.index()));
        List<Candidate> left = free.subList(Math.min(room, free.size()), free.size());
        acquire.addAll(orphans(view, left, view.settings().maxPartitionsPerPod() - taken - acquire.size()));
        return new Moves(acquire, wants(view, room - Math.min(room, free.size()) - view.wishes()));
    }

    /** Partitions that nobody with room has taken. Several pods share them: each takes its part, the rest later. */
    private static List<Integer> orphans(View view, List<Candidate> left, int most) {
        if (!view.settings().adoptOrphans() || left.isEmpty() || most <= 0) {
            return List.of();
        }
        List<Pod> living = view.living();
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

    /** Asks those that hold more than they want, the fullest first, for no more than what they hold too much. */
    private static List<Integer> wants(View view, int room) {
        List<Integer> wants = new ArrayList<>();
        Queue<Donor> donors = room > 0 ? donors(view) : new PriorityQueue<>();
        while (wants.size() < room) {
            Donor fullest = donors.poll();
            if (fullest == null) {
                break;
            }
            wants.add(fullest.unasked.remove());
            if (fullest.excess() > 0) {
                donors.add(fullest);
            }
        }
        return wants;
    }

    /**
     * Somebody who holds more than he wants.
     *
     * @param unasked his partitions that nobody has asked for yet
     */
    private record Donor(PodId pod, int capacity, Deque<Integer> unasked) {
        int excess() {
            return unasked.size() - Math.max(0, capacity);
        }
    }

    private static Queue<Donor> donors(View view) {
        Map<PodId, Donor> others = new HashMap<>();
        for (Pod pod : view.pods()) {
            if (!pod.id().equals(view.me())) {
                others.put(pod.id(), new Donor(pod.id(), pod.capacity(), new ArrayDeque<>()));
            }
        }
        for (Candidate candidate : view.candidates()) {
            LeaseView sight = candidate.sight();
            Donor owner = sight.free() || sight.owner() == null
                    ? null
                    : others.get(sight.owner().pod());
            if (owner != null && sight.wanted() == null) {
                owner.unasked.add(candidate.index());
            }
        }
        Queue<Donor> donors = new PriorityQueue<>(
                Comparator.comparing(Donor::excess).thenComparing(Donor::pod).reversed());
        others.values().stream().filter(donor -> donor.excess() > 0).forEach(donors::add);
        return donors;
    }

    /** Different pods prefer different partitions, so that they seldom race: a rotation by the pod's name. */
    static Comparator<Integer> preference(PodId pod, int partitions) {
        int first = Math.floorMod(pod.value().hashCode(), partitions);
        return Comparator.comparingInt(index -> Math.floorMod(index - first, partitions));
    }
}
