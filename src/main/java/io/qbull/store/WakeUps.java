package io.qbull.store;

import io.qbull.model.PartitionId;
import io.qbull.model.StreamId;
import org.jspecify.annotations.Nullable;

/** Wakes the owner of a partition when the partition gets a job or an instruction. Thread-safe; does not block. */
public interface WakeUps {
    /**
     * The last entries of a partition that are known.
     *
     * @param stream the last entry of its stream; null if the stream is not watched
     * @param inbox the last entry of its inbox
     */
    record Known(@Nullable StreamId stream, StreamId inbox) {}

    /**
     * Watches a partition until there is an entry that is not known, then forgets it. Watching again replaces the watch.
     *
     * @param partition one that this process owns
     * @param known the entries that do not wake
     * @param wakeUp runs once, on a thread of the client that it must not block; perhaps without a new entry
     */
    void watch(PartitionId partition, Known known, Runnable wakeUp);

    /**
     * Stops watching a partition. A wake-up under way may still run.
     *
     * @param partition the partition
     */
    void forget(PartitionId partition);
}
