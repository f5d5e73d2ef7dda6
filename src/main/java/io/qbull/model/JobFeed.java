package io.qbull.model;

import java.util.concurrent.CompletionStage;

/**
 * One reading of a {@linkplain SourceId source}. Each record has an offset, which grows from record to record; Redis keeps for
 * each partition the offset of the last record that was added, so that a record is added once however often the source is read.
 *
 * <p>That holds only if the records of a partition are added in the order of their offsets. So the first record that is not
 * added, or whose fate is not known, breaks the feed: no later one is added, and whoever reads opens the source again and starts
 * over, at that record or before it. A feed also ends with the layout under which it was opened.
 *
 * <p>Used by one thread at a time; no method blocks.
 */
public interface JobFeed extends AutoCloseable {
    /**
     * Adds a record, unless an earlier reading has.
     *
     * @param offset its place in the source, 0 to 2^53, above all that were given before
     * @param job the record
     * @return where it is, once Redis has it; a record of an earlier reading counts as a duplicate. Fails with an
     *     {@link EnqueueException}: of kind {@link EnqueueException.Kind#INVALID} for a record that breaks a rule, which is as if it
     *     were not in the source; any other kind breaks the feed. It may complete on a thread that what depends on it must not block
     * @throws IllegalArgumentException if {@code offset} is not above the one before
     */
    CompletionStage<Enqueued> add(long offset, NewJob job);

    /**
     * @return whether a record was not added, so that no later one will be; from any thread
     */
    boolean broken();

    /**
     * No more records will come. Until then what Redis remembers of a source with a lifetime is kept alive in every partition; from
     * now on the lifetime counts. May be called again, and from any thread.
     */
    @Override
    void close();
}
