package io.qbull.enqueue;

import io.qbull.model.Layout;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Reads a queue's layouts from Redis, anew with each call of a method. Fails with a {@link io.qbull.store.StoreException}. */
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
}
