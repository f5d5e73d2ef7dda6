package io.qbull.store;

import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What the pods of a queue share: its layout and the list of pods. */
public interface LayoutTable {
    /**
     * Creates a queue, or returns the layout of an existing one. Safe to repeat and to race: the first intent wins.
     *
     * @param queue the queue
     * @param partitions number of partitions if the queue does not exist yet
     * @param keyHash how this pod maps keys to partitions
     * @return the current layout, whose partitions all take jobs; fails with {@link StoreException.Misconfigured} if keys are mapped in
     *     another way in this queue
     */
    CompletionStage<Layout> createIfAbsent(QueueName queue, int partitions, KeyHash keyHash);

    /**
     * @param queue a queue that exists
     * @return how its keys are mapped to partitions; empty if that was not recorded yet
     */
    CompletionStage<Optional<KeyHash>> keyHash(QueueName queue);

    /**
     * Lets a partition take and run jobs by a layout, in case it has lost what says so. Changes nothing of a partition that is opened or
     * sealed for that version or a later one. Safe to repeat, and safe when it runs late.
     *
     * @param partition a partition of a queue that exists
     * @param version version of the queue's current layout
     * @return whether something was lost
     */
    CompletionStage<Boolean> open(PartitionId partition, int version);

    /**
     * @param queue a queue that exists
     * @return all known layouts, by version; the last one is current, the others are sealed
     */
    CompletionStage<List<Layout>> history(QueueName queue);

    /**
     * Renews the registration of a pod, removes pods that have been silent for too long, and returns the others.
     *
     * @param queue the queue
     * @param pod this pod
     * @param capacity the largest number of partitions that it owns
     * @param owned the partitions that it owns
     * @param staleAfter how long this pod may be silent; also holds for pods whose registration names no such time
     * @return all living pods, this one included
     */
    CompletionStage<List<Pod>> register(
            QueueName queue, PodId pod, int capacity, List<Integer> owned, Duration staleAfter);

    /**
     * @param queue the queue
     * @param pod a pod that leaves
     * @return completes when its registration is gone
     */
    CompletionStage<Void> unregister(QueueName queue, PodId pod);

    /**
     * A living pod.
     *
     * @param id its name
     * @param capacity the largest number of partitions that it owns
     * @param owned the partitions that it owned when it last registered
     * @param startedAtMillis first registration, ms since 1970
     * @param seenAtMillis last registration, ms since 1970
     * @param process the process that registered last; empty if it has not said
     * @param twin another living process that registers under the same name; empty if there is none
     */
    record Pod(
            PodId id,
            int capacity,
            List<Integer> owned,
            long startedAtMillis,
            long seenAtMillis,
            String process,
            String twin) {
        /** A pod that is one process, which has not said its name. */
        public Pod(PodId id, int capacity, List<Integer> owned, long startedAtMillis, long seenAtMillis) {
            this(id, capacity, owned, startedAtMillis, seenAtMillis, "", "");
        }
    }
}
