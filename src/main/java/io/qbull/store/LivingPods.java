package io.qbull.store;

import io.qbull.model.LeaseOwner;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.model.why.Succession;
import io.qbull.store.LeaseTable.LeaseView;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/** Finds the living pods of a queue, for people. */
public final class LivingPods {
    private LivingPods() {}

    /**
     * @param store an open store
     * @param queue a queue
     * @param partitions how many it has
     * @return its living pods. Those whose lease has expired are gone, although they are registered for a while
     */
    public static CompletionStage<List<Succession.Pod>> read(Store store, QueueName queue, int partitions) {
        List<PartitionId> all = IntStream.range(0, partitions)
                .mapToObj(index -> new PartitionId(queue, index))
                .toList();
        return store.examiner()
                .pods(queue)
                .thenCombine(store.leases().peek(all), (pods, leases) -> living(partitions, pods, leases));
    }

    private static List<Succession.Pod> living(int partitions, Examiner.Pods pods, Map<PartitionId, LeaseView> leases) {
        Set<PodId> gone = new HashSet<>();
        Map<PodId, Integer> owned = new LinkedHashMap<>();
        for (LeaseView lease : leases.values()) {
            LeaseOwner owner = lease.owner();
            if (owner != null && !lease.free()) {
                owned.merge(owner.pod(), 1, Integer::sum);
            } else if (owner != null && !lease.released()) {
                gone.add(owner.pod());
            }
        }
        gone.removeAll(owned.keySet());
        return pods.pods().stream()
                .filter(pod -> pod.staleAtMillis() >= pods.nowMillis() && !gone.contains(pod.id()))
                .map(pod -> new Succession.Pod(
                        pod.id().value(), pod.share().within(partitions), owned.getOrDefault(pod.id(), 0)))
                .toList();
    }
}
