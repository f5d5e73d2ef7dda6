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
 * @param standstill one line about a partition that has jobs and has not moved for {@code stallAfter}, with the reason; empty if there
 *     is none
 */
public record NodeStatus(
        boolean consuming, List<PartitionId> owned, List<Delivery> inFlight, String problem, String standstill) {}
