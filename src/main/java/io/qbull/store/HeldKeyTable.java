package io.qbull.store;

import io.qbull.model.Job;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.StreamId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The held keys in the hands of people: nothing here needs a lease, and nothing but the owner changes held jobs. */
public interface HeldKeyTable {
    /**
     * @param queue a queue
     * @return how many partitions it has, or had in a layout that is remembered; 0 if there is no such queue
     */
    CompletionStage<Integer> partitions(QueueName queue);

    /**
     * @param partition a partition
     * @return the time (ms) at its server, by which failures are written down
     */
    CompletionStage<Long> now(PartitionId partition);

    /**
     * Reads some held keys: at most 100, and about 1 MB of their first jobs, one at least if there is any.
     *
     * @param partition a partition
     * @param after the last tag known; empty for all
     * @return what follows, in the order of the tags
     */
    CompletionStage<Page> read(PartitionId partition, String after);

    /**
     * @param partition a partition
     * @param key a key
     * @return it alone, or nothing if it is not held there
     */
    CompletionStage<Page> find(PartitionId partition, String key);

    /**
     * Asks the owner for something, in the order given; all of it or nothing.
     *
     * @param partition a partition
     * @param wish what for
     * @param keys 1 to 100 of its held keys
     * @return the requests, without those for jobs that are not held any more; fails with {@link StoreException.Full} if Redis takes no
     *     data
     */
    CompletionStage<List<StreamId>> ask(PartitionId partition, OwnerRequest wish, List<HeldKey> keys);

    /** The most requests that {@link #open} tells. */
    int MOST_OPEN = 100;

    /**
     * @param partition a partition
     * @param first a request
     * @param last the same or a later one
     * @return the requests from the first to the last that are not carried out yet, anybody's; if there are more than
     *     {@value #MOST_OPEN}, the first ones
     */
    CompletionStage<List<StreamId>> open(PartitionId partition, StreamId first, StreamId last);

    /** What people ask for. */
    enum OwnerRequest {
        /** The key's first job runs at once, its attempts counted anew. */
        RETRY,
        /** The key's first job is deleted, and the next one runs. */
        DROP
    }

    /**
     * A key whose jobs wait.
     *
     * @param partition where
     * @param tag its place among the held keys of the partition
     * @param first the first of its jobs, without its body
     * @param place of that job among the held ones
     * @param jobs how many wait, the first included
     * @param pause the wait of the first one
     */
    record HeldKey(PartitionId partition, String tag, Job first, String place, long jobs, Pause pause) {}

    /**
     * Why and how long the first job of a key waits.
     *
     * @param attempts how often it has failed; 0 if it has not: then it waits only for its turn
     * @param failedAtMillis when it did last; 0 if never
     * @param dueIn how long until it may run; null = when a person asks
     * @param reason of the failure, one line
     */
    record Pause(
            int attempts, long failedAtMillis, @Nullable Duration dueIn, String reason) {}

    /**
     * @param keys some
     * @param next tag after which to go on; null if nothing follows
     */
    record Page(List<HeldKey> keys, @Nullable String next) {}
}
