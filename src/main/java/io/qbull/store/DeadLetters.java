package io.qbull.store;

import io.qbull.model.DeadLetter;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.StreamId;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The dead-letter streams, as people inspect and change them. No method needs a lease. */
public interface DeadLetters {
    /**
     * @param queue a queue
     * @return the largest number of partitions in any of its known layouts; 0 if there is no such queue
     */
    CompletionStage<Integer> partitions(QueueName queue);

    /**
     * @param partition a partition
     * @return the id of its newest dead letter; {@link StreamId#START} if it has none
     */
    CompletionStage<StreamId> newest(PartitionId partition);

    /**
     * @param partition a partition
     * @return how many dead letters it has, and how old they are
     */
    CompletionStage<Stock> stock(PartitionId partition);

    /**
     * Reads dead letters: at most 100 and about 1 MB, but at least one if there is any.
     *
     * @param partition a partition
     * @param after reads what follows this id; {@link StreamId#START} for all
     * @param last the last id to read
     * @param longestBody bytes after which a body is cut
     * @return the dead letters, oldest first
     */
    CompletionStage<Page> read(PartitionId partition, StreamId after, StreamId last, int longestBody);

    /**
     * Moves dead letters to the partitions of their keys, if the queue was ever resized.
     * Safe to repeat, to race, and when it stops anywhere: no letter is lost or doubled.
     *
     * @param queue a queue
     * @return how many were moved; none while a resize is under way. Fails with {@link StoreException.Full} if Redis takes no data
     */
    CompletionStage<Integer> settle(QueueName queue);

    /**
     * Moves dead letters to the end of the partition's stream, without deduplication. Their attempts count from zero. A repeat moves
     * nothing twice. If the queue was ever resized, leaves letters alone whose keys belong to another partition: they may be on their
     * way, see {@link #settle}.
     *
     * @param partition a partition
     * @param letters 1 to 100, in the order in which the jobs are to run
     * @return how many were moved; fails with {@link StoreException.Full} if Redis takes no data, and with
     *     {@link StoreException.Unavailable} while the partition takes no jobs because of a resize, and then none was moved
     */
    CompletionStage<Requeued> requeue(PartitionId partition, List<DeadLetter> letters);

    /**
     * Deletes dead letters and forgets the ids of their jobs, so that jobs with these ids can be added again.
     *
     * @param partition a partition
     * @param letters 1 to 100
     * @return how many were deleted; the others were gone
     */
    CompletionStage<Integer> discard(PartitionId partition, List<DeadLetter> letters);

    /**
     * Deletes dead letters that exceed a limit. The ids of their jobs stay known until their deduplication window ends.
     *
     * @param partition a partition
     * @param letters 1 to 100 ids
     * @return how many were deleted; the others were gone
     */
    CompletionStage<Integer> expire(PartitionId partition, List<StreamId> letters);

    /**
     * Number and age of a partition's dead letters. Each figure is read separately.
     *
     * @param length how many there are
     * @param oldest the first id; {@link StreamId#START} if there is none
     * @param newest the last id; {@link StreamId#START} if there is none
     * @param nowMillis time at the server, ms since 1970; the ids come from the same clock
     */
    record Stock(long length, StreamId oldest, StreamId newest, long nowMillis) {}

    /**
     * The result of {@link #read}.
     *
     * @param letters oldest first
     * @param more whether a bound ended the read, so that more may follow
     */
    record Page(List<DeadLetter> letters, boolean more) {}

    /**
     * The result of {@link #requeue}. Dead letters in neither number were gone, or belong to another partition.
     *
     * @param moved how many are in the stream now
     * @param unfit how many stayed, because no pod buried them or they have more fields than one command can carry
     */
    record Requeued(int moved, int unfit) {}
}
