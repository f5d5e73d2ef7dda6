package io.qbull.store;

import io.qbull.model.PartitionId;
import io.qbull.model.StreamId;
import org.jspecify.annotations.Nullable;

/** Tells when a partition gets a job, or its owner an instruction. Thread-safe, never blocks the caller. */
public interface WakeUps {
    /**
     * What is known of a partition already.
     *
     * @param stream the last entry of its stream; null if the stream is not watched
     * @param inbox the last entry of its inbox
     */
    record Known(@Nullable StreamId stream, StreamId inbox) {}

    /**
     * Watches a partition until there is an entry that is not known, then forgets it. Watching again replaces what is known.
     *
     * @param partition one that this process owns
     * @param known what does not wake
     * @param wakeUp called once, on a thread of the client which it must not block; may be called for nothing
     */
    void watch(PartitionId partition, Known known, Runnable wakeUp);

    /**
     * @param partition is not watched any more; a wake-up under way may still arrive
     */
    void forget(PartitionId partition);
}
