package io.qbull.ops.why;

import io.qbull.model.KeyHash;
import io.qbull.model.Pause;
import io.qbull.model.why.ResizeBarrier;
import io.qbull.model.why.Succession;
import io.qbull.resize.ResizeProgress;
import io.qbull.store.Examiner.Partition;
import io.qbull.store.Examiner.Server;
import io.qbull.store.HeldKeyTable.HeldKey;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that is known when the causes are looked for.
 *
 * @param subject what is asked about
 * @param server where the partition is
 * @param fleet the pods, and what concerns the queue
 * @param partition the partition
 * @param held some of its held keys, those that run first before the others; among them the key of the first entry if that is held
 * @param moved whether the partition moved between two looks
 */
record Situation(Subject subject, Server server, Fleet fleet, Partition partition, List<HeldKey> held, boolean moved) {

    /**
     * The pods that live, and what concerns the queue.
     *
     * @param partitions how many they share
     * @param pods the living ones
     * @param pauses what is paused
     * @param resize the resize that is under way; null if there is none
     */
    record Fleet(
            int partitions,
            List<Succession.Pod> pods,
            List<Pause> pauses,
            @Nullable ResizeView resize) {}

    /**
     * A resize that is under way.
     *
     * @param progress how far it is
     * @param keyHash maps keys to partitions
     */
    record ResizeView(ResizeProgress progress, KeyHash keyHash) {}

    /** For what the jobs of the partition wait that the resize keeps back; null if it keeps none. */
    @Nullable
    ResizeBarrier barrier() {
        ResizeView resize = fleet.resize();
        return resize == null ? null : resize.progress().barrier(partition.id().index());
    }

    /** Whether jobs with a key leave the partition. */
    boolean leaves(String key) {
        ResizeView resize = fleet.resize();
        return resize != null
                && resize.progress()
                        .plan()
                        .leaves(resize.keyHash().hash(key), partition.id().index());
    }

    /** Whether a job could run now if nothing kept it from that. */
    boolean anyDue() {
        Duration nextDue = partition.nextDue();
        return partition.jobs() > partition.held() + partition.delayed()
                || (nextDue != null && nextDue.isZero())
                || held.stream().anyMatch(Situation::due);
    }

    static boolean due(HeldKey key) {
        Duration dueIn = key.pause().dueIn();
        return dueIn != null && dueIn.isZero();
    }
}
