package io.qbull.store;

import io.qbull.model.Job;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.StreamId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The held keys, as people inspect them. No method needs a lease, and none changes a held job: only the owner does. */
public interface HeldKeyTable {
    /**
     * @param queue a queue
     * @return the largest number of partitions in any of its known layouts; 0 if there is no such queue
     */
    CompletionStage<Integer> partitions(QueueName queue);

    /**
     * @param partition a partition
     * @return time at its server, ms since 1970; the times of failures come from the same clock
     */
    CompletionStage<Long> now(PartitionId partition);

    /**
     * Reads held keys: at most 100 and about 1 MB of their first jobs, but at least one if there is any.
     *
     * @param partition a partition
     * @param after reads what follows this tag; empty for all
     * @return the keys, ordered by tag
     */
    CompletionStage<Page> read(PartitionId partition, String after);

    /**
     * @param partition a partition
     * @param key a key
     * @return the key alone; no key if it is not held there
     */
    CompletionStage<Page> find(PartitionId partition, String key);

    /**
     * Sends requests to the owner, in the order given; all of them or none.
     *
     * @param partition a partition
     * @param request what the owner is to do
     * @param keys 1 to 100 of its held keys
     * @return ids of the requests, without the jobs that are no longer held; fails with {@link StoreException.Full} if Redis takes no
     *     data
     */
    CompletionStage<List<StreamId>> ask(PartitionId partition, OwnerRequest request, List<HeldKey> keys);

    /** The most requests that {@link #open} returns. */
    int MOST_OPEN = 100;

    /**
     * @param partition a partition
     * @param first a request
     * @param last the same or a later one
     * @return requests of all people from the first to the last that are not carried out yet; if there are more than
     *     {@value #MOST_OPEN}, the first of them
     */
    CompletionStage<List<StreamId>> open(PartitionId partition, StreamId first, StreamId last);

    /** What people can ask the owner to do with a held key. */
    enum OwnerRequest {
        /** Run the first job of the key at once, and count its attempts from zero. */
        RETRY,
        /** Delete the first job of the key and run the next one. */
        DROP
    }

    /**
     * A held key.
     *
     * @param partition its partition
     * @param tag sorts it among the held keys of the partition
     * @param first its first job, without the body
     * @param place place of that job among the held jobs
     * @param jobs number of its held jobs, the first included
     * @param pause how the first job waits
     */
    record HeldKey(PartitionId partition, String tag, Job first, String place, long jobs, Pause pause) {}

    /**
     * Why and how long the first job of a key waits.
     *
     * @param attempts how often it has failed; 0 if it only waits for its turn
     * @param failedAtMillis time of the last failure, ms since 1970; 0 if it has not failed
     * @param dueIn time until it may run; null = until a person asks
     * @param reason reason of the last failure, one line
     */
    record Pause(
            int attempts, long failedAtMillis, @Nullable Duration dueIn, String reason) {}

    /**
     * The result of a read.
     *
     * @param keys some held keys
     * @param next tag after which to continue; null if nothing follows
     */
    record Page(List<HeldKey> keys, @Nullable String next) {}
}
