package io.qbull.engine;

import io.qbull.model.PodId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which pods look after partitions that are not theirs. Each partition has a watcher, and a second one in case the first is its owner. Pods
 * that know of the same pods come to the same result. Pure.
 *
 * @param pods the registered pods, in the same order everywhere
 */
record Watchers(List<PodId> pods) {
    /** Whether a pod is one of the watchers of a partition. */
    boolean watches(PodId pod, int partition) {
        return !pods.isEmpty()
                && (at(partition).equals(pod) || at(partition + 1).equals(pod));
    }

    /**
     * Whether it is this one that says what is wrong with a partition.
     *
     * @param owner name of the last owner; null if there was none
     */
    boolean tells(PodId pod, int partition, @Nullable String owner) {
        if (pods.isEmpty()) {
            return false;
        }
        boolean first = at(partition).value().equals(owner);
        return at(first ? partition + 1 : partition).equals(pod);
    }

    private PodId at(int place) {
        return pods.get(place % pods.size());
    }
}
