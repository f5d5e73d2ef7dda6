package io.qbull.ops.why;

import io.qbull.model.Capacity;
import io.qbull.model.Pause;
import io.qbull.store.Examiner.Partition;
import io.qbull.store.Examiner.Server;
import io.qbull.store.HeldKeyTable.HeldKey;
import java.time.Duration;
import java.util.List;

/**
 * All that is known when the causes are looked for.
 *
 * @param subject what is asked about
 * @param server where the partition is
 * @param fleet the pods
 * @param partition the partition
 * @param held some of its held keys, those that run first before the others; among them the key of the first entry if that is held
 * @param moved whether the partition moved between two looks
 */
record Situation(Subject subject, Server server, Fleet fleet, Partition partition, List<HeldKey> held, boolean moved) {

    /**
     * The pods that live, and how the partitions are to be shared.
     *
     * @param partitions of the queue
     * @param pods the living ones
     * @param pauses what is paused
     */
    record Fleet(int partitions, List<PodFacts> pods, List<Pause> pauses) {}

    /**
     * A living pod.
     *
     * @param name of the pod
     * @param capacity how many partitions it wants and may own
     * @param owned how many it owns
     */
    record PodFacts(String name, Capacity capacity, int owned) {}

    /** How many jobs are in the partition, also those that are not due. */
    long jobs() {
        return partition.backlog() + partition.held() + partition.delayed();
    }

    /** Whether a job could run now if nothing kept it from that. */
    boolean anyDue() {
        Duration nextDue = partition.nextDue();
        return partition.backlog() > 0
                || (nextDue != null && nextDue.isZero())
                || held.stream().anyMatch(Situation::due);
    }

    static boolean due(HeldKey key) {
        Duration dueIn = key.pause().dueIn();
        return dueIn != null && dueIn.isZero();
    }
}
