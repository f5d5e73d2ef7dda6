package io.qbull.enqueue;

import io.qbull.model.Layout;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Reads a queue's layouts from Redis, anew with each call. Fails with a {@link io.qbull.store.StoreException}. */
public interface LayoutReader {
    /**
     * @return the current layout, whose partitions take jobs
     */
    CompletionStage<Layout> current();

    /**
     * @return the layouts that the queue had and that are still remembered, by version; the last one is the current one. All
     *     partitions of the others are sealed: under those nothing is added any more
     */
    CompletionStage<List<Layout>> history();
}
