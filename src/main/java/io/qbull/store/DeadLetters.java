package io.qbull.store;

import io.qbull.model.DeadLetter;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.StreamId;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The dead-letter streams in the hands of people: nothing here needs a lease. */
public interface DeadLetters {
    /**
     * @param queue a queue
     * @return how many partitions it has, or had in a layout that is remembered; 0 if there is no such queue
     */
    CompletionStage<Integer> partitions(QueueName queue);

    /**
     * @param partition a partition
     * @return the place of its newest dead letter; {@link StreamId#START} if it has none
     */
    CompletionStage<StreamId> newest(PartitionId partition);

    /**
     * @param partition a partition
     * @return how many dead letters it has, and since when
     */
    CompletionStage<Stock> stock(PartitionId partition);

    /**
     * Reads some dead letters: at most 100 and about 1 MB, one at least if there is any.
     *
     * @param partition a partition
     * @param after the last one known; {@link StreamId#START} for all
     * @param last the last one wanted
     * @param longestBody of a longer body only so many bytes are read
     * @return what follows, in order
     */
    CompletionStage<Page> read(PartitionId partition, StreamId after, StreamId last, int longestBody);

    /**
     * Puts dead letters back at the end of the partition's stream, whether their ids were seen or not; their attempts count anew. A
     * repeat moves nothing twice.
     *
     * @param partition a partition
     * @param letters their places, 1 to 100, in the order in which they are to run
     * @return what became of them; fails with {@link StoreException.Full} if Redis takes no data, and then none was moved
     */
    CompletionStage<Requeued> requeue(PartitionId partition, List<StreamId> letters);

    /**
     * Removes dead letters for good, and forgets the ids of their jobs, so that jobs with these ids are added again.
     *
     * @param partition a partition
     * @param letters 1 to 100
     * @return how many were removed; the others were gone
     */
    CompletionStage<Integer> discard(PartitionId partition, List<DeadLetter> letters);

    /**
     * Removes dead letters that are beyond a limit. The ids of their jobs stay known: only a person frees them.
     *
     * @param partition a partition
     * @param letters their places, 1 to 100
     * @return how many were removed; the others were gone
     */
    CompletionStage<Integer> expire(PartitionId partition, List<StreamId> letters);

    /**
     * A partition's dead letters, each figure read by itself.
     *
     * @param length how many there are
     * @param oldest the first one; {@link StreamId#START} if there is none
     * @param newest the last one, likewise
     * @param nowMillis the time at the server, by which the places were given too
     */
    record Stock(long length, StreamId oldest, StreamId newest, long nowMillis) {}

    /**
     * The end of a {@link #read}.
     *
     * @param letters in the order of their burial
     * @param more whether further ones may follow at once
     */
    record Page(List<DeadLetter> letters, boolean more) {}

    /**
     * The end of a {@link #requeue}. Letters that are in neither number were gone.
     *
     * @param moved now in the stream
     * @param unfit left where they are: they were not buried by a pod, or have more fields than one command can carry
     */
    record Requeued(int moved, int unfit) {}
}
