package io.qbull.store;

import io.qbull.model.PartitionId;
import io.qbull.model.StreamId;

/** Tells when an idle partition gets a job, or its owner an instruction. Thread-safe, never blocks the caller. */
public interface WakeUps {
    /**
     * Watches a partition until the first entry beyond {@code after}, or any entry in its inbox, then forgets it. Watching again
     * replaces the place.
     *
     * @param partition an idle partition
     * @param after the last entry known
     * @param wakeUp called once, on a thread of the client which it must not block; may be called for nothing
     */
    void watch(PartitionId partition, StreamId after, Runnable wakeUp);

    /**
     * @param partition is not watched any more; a wake-up under way may still arrive
     */
    void forget(PartitionId partition);
}
