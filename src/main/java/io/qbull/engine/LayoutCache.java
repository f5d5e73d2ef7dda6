package io.qbull.engine;

import io.qbull.engine.QueueNode.Identity;
import io.qbull.enqueue.LayoutReader;
import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.store.LayoutTable;
import io.qbull.store.StoreException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the layout of a queue and remembers it. Creates a queue that does not exist, and a layout that was lost as it was. Thread-safe.
 */
final class LayoutCache implements LayoutReader {
    private static final Logger LOG = LoggerFactory.getLogger(LayoutCache.class);

    private final Identity identity;
    private final LayoutTable layouts;
    private final AtomicReference<@Nullable CompletableFuture<Layout>> layout = new AtomicReference<>();
    /** Whether a layout that was read has been compared with the configured number of partitions. */
    private final AtomicBoolean compared = new AtomicBoolean();
    /** The layout that was last read; null before that. */
    private volatile @Nullable Layout last;

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
        Layout known = last;
        // Not as configured: the jobs of the queue lie where the layout that was lost has put them.
        int partitions = known == null ? identity.partitions() : known.partitions();
        CompletableFuture<Layout> fresh = layouts.createIfAbsent(identity.queue(), partitions, identity.keyHash())
                .thenApply(this::compared)
                .toCompletableFuture();
        layout.set(fresh);
        return fresh;
    }

    @Override
    public CompletionStage<List<Layout>> history() {
        // Not the remembered one: if the layout was lost, this puts it back.
        return current().thenCompose(exists -> layouts.history(identity.queue()));
    }

    @Override
    public CompletionStage<Boolean> reopen(PartitionId partition, int version) {
        return layouts.open(partition, version);
    }

    private Layout compared(Layout found) {
        Layout before = last;
        if (before != null && before.version() >= found.version() && !before.equals(found)) {
            throw new StoreException.Misconfigured(
                    "the layout of queue " + identity.queue()
                            + " was lost, and another pod made it anew: set its fields version="
                            + found.version() + " and partitions=" + found.partitions() + " to " + before.version()
                            + " and " + before.partitions() + " again, and configure that pod like the others",
                    null);
        }
        last = found;
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
