package io.qbull.engine;

import io.qbull.model.Delivery;
import io.qbull.model.PartitionId;
import java.util.List;

/**
 * What a node does at one moment.
 *
 * @param consuming whether it consumes
 * @param owned partitions it may work on
 * @param inFlight jobs that run
 * @param problem one line about what keeps the node from working; empty if nothing does
 * @param stalled whether an owned partition has jobs that are due and has not moved for {@code stallAfter}
 * @param standstill one line about what waits although the node works: each partition that has jobs and has not moved for
 *     {@code stallAfter}, with the reason, those of others that this node watches among them, or a backlog that takes no more jobs, or
 *     something that Redis refuses to tidy up, or what people have paused; empty if there is none
 * @param repairs how often this node has given a partition up since it was opened because it overlooked its jobs
 */
public record NodeStatus(
        boolean consuming,
        List<PartitionId> owned,
        List<Delivery> inFlight,
        String problem,
        boolean stalled,
        String standstill,
        int repairs) {
    /**
     * @param moreProblem another problem; may be empty
     * @param moreStandstill another standstill; may be empty
     * @return this, with both
     */
    NodeStatus alsoSaying(String moreProblem, String moreStandstill) {
        return new NodeStatus(
                consuming,
                owned,
                inFlight,
                joined(problem, moreProblem),
                stalled,
                joined(standstill, moreStandstill),
                repairs);
    }

    private static String joined(String one, String other) {
        return one.isEmpty() || other.isEmpty() ? one + other : one + "; " + other;
    }
}
