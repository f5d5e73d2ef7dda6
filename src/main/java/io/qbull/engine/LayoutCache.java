package io.qbull.engine;

import io.qbull.engine.QueueNode.Identity;
import io.qbull.enqueue.LayoutReader;
import io.qbull.model.Layout;
import io.qbull.store.LayoutTable;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the layout of a queue and remembers it; creates a queue that does not exist. Thread-safe. */
final class LayoutCache implements LayoutReader {
    private static final Logger LOG = LoggerFactory.getLogger(LayoutCache.class);

    private final Identity identity;
    private final LayoutTable layouts;
    private final AtomicReference<@Nullable CompletableFuture<Layout>> layout = new AtomicReference<>();
    /** Whether a layout that was read has been compared with the configured number of partitions. */
    private final AtomicBoolean compared = new AtomicBoolean();

    LayoutCache(Identity identity, LayoutTable layouts) {
        this.identity = identity;
        this.layouts = layouts;
    }

    /**
     * @return the layout as it was last read; read now if none is known
     */
    CompletionStage<Layout> known() {
        CompletableFuture<Layout> known = layout.get();
        return known != null && !known.isCompletedExceptionally() ? known : current();
    }

    /** A call while a read is under way gets the result of that read. */
    @Override
    public synchronized CompletionStage<Layout> current() {
        CompletableFuture<Layout> before = layout.get();
        if (before != null && !before.isDone()) {
            return before;
        }
        CompletableFuture<Layout> fresh = layouts.createIfAbsent(identity.queue(), identity.partitions())
                .thenApply(this::compared)
                .toCompletableFuture();
        layout.set(fresh);
        return fresh;
    }

    @Override
    public CompletionStage<List<Layout>> history() {
        return known().thenCompose(exists -> layouts.history(identity.queue()));
    }

    private Layout compared(Layout found) {
        boolean first = compared.compareAndSet(false, true);
        if (first && identity.partitionsGiven() && found.partitions() != identity.partitions()) {
            LOG.warn(
                    "queue={} has {} partitions; the configured {} are ignored: only a resize changes them",
                    identity.queue(),
                    found.partitions(),
                    identity.partitions());
        }
        return found;
    }
}
