package io.qbull.lease;

import java.util.Set;

/**
 * What the pods of a queue compete for. It changes with a resize: while one is under way, the partitions of both layouts.
 *
 * @param partitions how many there are to own, counted from zero
 * @param urgent those that must not be without an owner, even if no pod has room: the jobs that leave them are moved by their owners, and
 *     until then the jobs of the same keys wait elsewhere
 */
public record Competition(int partitions, Set<Integer> urgent) {
    /** Copies the set. */
    public Competition {
        urgent = Set.copyOf(urgent);
    }

    /**
     * @param partitions of a queue that is not being resized
     * @return nothing is urgent
     */
    public static Competition of(int partitions) {
        return new Competition(partitions, Set.of());
    }
}
