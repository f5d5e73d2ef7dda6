package io.qbull.store;

import io.qbull.model.Pauses;
import io.qbull.model.QueueName;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Reads the status of queues for people and dashboards. Changes nothing. */
public interface Inspector {
    /**
     * @return all existing queues
     */
    CompletionStage<Set<QueueName>> queues();

    /**
     * @param queue a queue
     * @return its status; fails if its layout or its pods cannot be read
     */
    CompletionStage<QueueStatus> queue(QueueName queue);

    /** The status of a queue. */
    sealed interface QueueStatus {
        /** There is no such queue in Redis. */
        record Absent() implements QueueStatus {}

        /**
         * The queue exists.
         *
         * @param queue its name
         * @param layoutVersion version of the current layout, 1 or more
         * @param partitionCount number of partitions (P)
         * @param pauses what is paused
         * @param pods the registered pods
         * @param partitions P entries, by index
         */
        record Present(
                QueueName queue,
                int layoutVersion,
                int partitionCount,
                Pauses pauses,
                List<LayoutTable.Pod> pods,
                List<PartitionStatus> partitions)
                implements QueueStatus {
            /**
             * @return the partitions that could be read
             */
            public List<PartitionStatus.Read> readable() {
                return partitions.stream()
                        .filter(PartitionStatus.Read.class::isInstance)
                        .map(PartitionStatus.Read.class::cast)
                        .toList();
            }
        }
    }

    /** The status of a partition. Each partition is read separately, so that one that cannot be read does not hide the others. */
    sealed interface PartitionStatus {
        /**
         * @return 0 to P-1
         */
        int index();

        /**
         * The partition could be read.
         *
         * @param index 0 to P-1
         * @param owner pod that owns it; null if it is free
         * @param epoch the last epoch; null if it was never leased
         * @param leaseAgeMillis time since the lease was acquired; null if it is free
         * @param backlog number of entries in the stream: jobs that are neither done nor held
         * @param oldestAgeMillis age of the first entry in the stream; null if there is none
         * @param inFlight number of jobs that ran at the owner's last renewal
         * @param held number of held jobs
         * @param heldKeys number of keys that they wait behind
         * @param delayed number of delayed jobs
         * @param dead number of dead letters
         * @param progress what the owner had done at its last renewal; null if the partition is free
         */
        record Read(
                int index,
                @Nullable String owner,
                @Nullable String epoch,
                @Nullable Long leaseAgeMillis,
                long backlog,
                @Nullable Long oldestAgeMillis,
                int inFlight,
                long held,
                long heldKeys,
                long delayed,
                long dead,
                @Nullable Progress progress)
                implements PartitionStatus {}

        /**
         * What an owner has done.
         *
         * @param done number of jobs that have ended under its epoch
         * @param atMillis when that was so, ms since 1970, by Redis's clock
         */
        record Progress(long done, long atMillis) {}

        /**
         * The partition could not be read.
         *
         * @param index 0 to P-1
         * @param error why, one line
         */
        record Unread(int index, String error) implements PartitionStatus {}
    }
}
