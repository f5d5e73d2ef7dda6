package io.qbull.store;

import io.qbull.model.Capacity;
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
     * Creates a queue, or returns the layout of an existing one. A layout that was read over this store and is lost, or what is lost of it,
     * is put back as it was: the jobs of the queue lie where it has put them. Safe to repeat and to race: the first intent wins.
     *
     * @param queue the queue
     * @param partitions number of partitions if the queue does not exist yet
     * @param keyHash how this pod maps keys to partitions
     * @return the current layout, whose partitions all take jobs; fails with {@link StoreException.Misconfigured} if keys are mapped in
     *     another way in this queue, if it is being deleted, if its partitions have a layout that was lost and is not known here, or if it
     *     was created anew with a lower version than is known here
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
     * Renews the registration of a pod. That costs the same however many pods there are, unless the caller asks for all of them: then
     * those that have been silent for too long are removed, too.
     *
     * @param queue the queue
     * @param pod this pod
     * @param capacity how many partitions it owns
     * @param owned the partitions that it owns
     * @param staleAfter how long this pod may be silent; also holds for pods whose registration names no such time
     * @param known the last view that this pod was given; {@link PodsView#NONE} asks for all pods
     * @return all living pods, this one included; those of the known view if there are as many registrations as there were then
     */
    CompletionStage<PodsView> register(
            QueueName queue, PodId pod, Capacity capacity, List<Integer> owned, Duration staleAfter, PodsView known);

    /**
     * @param queue the queue
     * @param pod a pod that leaves
     * @return completes when its registration is gone
     */
    CompletionStage<Void> unregister(QueueName queue, PodId pod);

    /**
     * What a pod hears about the pods of a queue when it registers.
     *
     * @param version the number of registrations; empty if there was no view yet
     * @param pods the living pods, by name
     * @param process the name of the registering process
     * @param twin another living process that registers under the name of this pod; empty if there is none
     */
    record PodsView(String version, List<LivingPod> pods, String process, String twin) {
        /** The view of a pod that has not registered yet, or that wants to see all pods. */
        public static final PodsView NONE = new PodsView("", List.of(), "", "");

        /** Copies the list. */
        public PodsView {
            pods = List.copyOf(pods);
        }
    }

    /**
     * A living pod, as the others see it.
     *
     * @param id its name
     * @param capacity how many partitions it owns
     */
    record LivingPod(PodId id, Capacity capacity) {}

    /**
     * All that is known of a living pod.
     *
     * @param id its name
     * @param capacity how many partitions it owns while the pods have room for all
     * @param owned the partitions that it owned when it last registered
     * @param startedAtMillis first registration, ms since 1970
     * @param seenAtMillis last registration, ms since 1970
     * @param process the process that registered last; empty if it has not said
     * @param twin another living process that registers under the same name; empty if there is none
     * @param share how many partitions it wants and may own
     * @param staleAtMillis when it counts as gone unless it registers again, ms since 1970
     */
    record Pod(
            PodId id,
            int capacity,
            List<Integer> owned,
            long startedAtMillis,
            long seenAtMillis,
            String process,
            String twin,
            Capacity share,
            long staleAtMillis) {}
}
