package io.qbull.store;

import io.qbull.model.QueueName;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Looks at queues from outside: for people and dashboards. Reads only. */
public interface Inspector {
    /**
     * @return the queues that exist
     */
    CompletionStage<Set<QueueName>> queues();

    /**
     * @param queue a queue
     * @return its state, or {@link QueueStatus.Absent}; fails if its layout or its pods cannot be read
     */
    CompletionStage<QueueStatus> queue(QueueName queue);

    /** A queue as it stands. */
    sealed interface QueueStatus {
        /** There is no such queue in Redis. */
        record Absent() implements QueueStatus {}

        /**
         * @param queue its name
         * @param layoutVersion the current layout
         * @param partitionCount P
         * @param pods registered pods
         * @param partitions P entries, by index
         */
        record Present(
                QueueName queue,
                int layoutVersion,
                int partitionCount,
                List<LayoutTable.Pod> pods,
                List<PartitionStatus> partitions)
                implements QueueStatus {
            /**
             * @return those partitions that could be read
             */
            public List<PartitionStatus.Read> readable() {
                return partitions.stream()
                        .filter(PartitionStatus.Read.class::isInstance)
                        .map(PartitionStatus.Read.class::cast)
                        .toList();
            }
        }
    }

    /** A partition as it stands. Each is read by itself: one that cannot be read hides no other. */
    sealed interface PartitionStatus {
        /**
         * @return 0 to P-1
         */
        int index();

        /**
         * @param index 0 to P-1
         * @param owner who holds it now; null if it is free
         * @param epoch the last epoch; null if it was never leased
         * @param leaseAgeMillis since its acquisition; null if it is free
         * @param backlog entries of the stream: jobs not done, but for those that are held
         * @param oldestAgeMillis age of the first entry of the stream; null if there is none
         * @param inFlight jobs that ran at the owner's last renewal
         * @param held jobs that wait for a failed one of their key, or for their own retry
         * @param delayed jobs that are not due yet
         * @param dead dead letters
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
                long delayed,
                long dead)
                implements PartitionStatus {}

        /**
         * @param index 0 to P-1
         * @param error why it cannot be read, in one line
         */
        record Unread(int index, String error) implements PartitionStatus {}
    }
}
