package io.qbull.model;

import java.util.concurrent.CompletionStage;

/**
 * One reading of a {@linkplain SourceId source}. Each record has an offset that grows from record to record. For each partition Redis
 * keeps the offset of the last record that was added, so that each record is added once, however often the source is read.
 *
 * <p>This holds only if the records of a partition are added in the order of their offsets. So the first record that is not added, or
 * whose outcome is unknown, breaks the feed: no later record is added, and the reader opens the source again and starts over at that
 * record or before it. A feed also breaks when the layout under which it was opened is replaced.
 *
 * <p>For one thread at a time; no method blocks.
 */
public interface JobFeed extends AutoCloseable {
    /**
     * Adds a record, unless an earlier reading added it.
     *
     * @param offset its offset in the source, 0 to 2^53, above all previous ones
     * @param job the record
     * @return completes once Redis has the job; a record that an earlier reading added counts as a duplicate. Fails with an
     *     {@link EnqueueException}: kind {@link EnqueueException.Kind#INVALID} for a record that breaks a rule, which is then skipped; any
     *     other kind breaks the feed. May complete on the event loop, which dependents must not block
     * @throws IllegalArgumentException if {@code offset} is not above the previous one
     */
    CompletionStage<Enqueued> add(long offset, NewJob job);

    /**
     * @return whether the feed is broken, so that no later record will be added; may be asked on any thread
     */
    boolean broken();

    /**
     * Ends the feed. While it is open, the progress of a source with a lifetime is kept alive in every partition; from now on the
     * lifetime counts. May be called again, on any thread.
     */
    @Override
    void close();
}
