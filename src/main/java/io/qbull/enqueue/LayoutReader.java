package io.qbull.enqueue;

import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.store.ResizeTable.Earlier;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Reads a queue's layouts from Redis, anew with each call of a method, and opens partitions that have lost their seal. Fails with a
 * {@link io.qbull.store.StoreException}.
 */
public interface LayoutReader {
    /**
     * @return the current layout, whose partitions take jobs
     */
    CompletionStage<Layout> current();

    /**
     * @return the remembered layouts of the queue, by version; the last one is the current one. All partitions of the others are
     *     sealed: nothing is added under those any more
     */
    CompletionStage<List<Layout>> history();

    /**
     * @return the layouts that were current before, by version, and how long ids of their jobs are remembered
     */
    CompletionStage<List<Earlier>> earlier();

    /**
     * @return why the queue takes no new jobs now, in words for their callers; null if it takes them. On the loop
     */
    default @Nullable String closed() {
        return null;
    }

    /**
     * Lets a partition take jobs by the current layout again, in case it has lost what says so.
     *
     * @param partition a partition that took no jobs by that layout
     * @param version version of the layout
     * @return completes when it takes jobs by that version or a later one, or is sealed for a later one
     */
    CompletionStage<?> reopen(PartitionId partition, int version);
}
