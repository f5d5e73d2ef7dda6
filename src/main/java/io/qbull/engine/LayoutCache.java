package io.qbull.engine;

import io.qbull.engine.QueueNode.Identity;
import io.qbull.enqueue.LayoutReader;
import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.runtime.EventLoop;
import io.qbull.store.LayoutTable;
import io.qbull.store.ResizeTable;
import io.qbull.store.ResizeTable.Earlier;
import io.qbull.store.ResizeTable.LayoutState;
import io.qbull.store.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this node knows of the layout of its queue: one value for all its parts. Whoever has reason to believe that the layout is
 * another one by now reads it through this cache, and every part hears of it. Creates a queue that does not exist, and a layout that
 * was lost as it was. Thread-safe.
 */
final class LayoutCache implements LayoutReader {
    private static final Logger LOG = LoggerFactory.getLogger(LayoutCache.class);
    /** A node that neither consumes nor adds jobs hears of a resize by nothing else than this look. */
    private static final Duration FRESH = Duration.ofSeconds(15);

    private final Identity identity;
    private final LayoutTable layouts;
    private final ResizeTable resize;
    private final EventLoop loop;
    private final List<Consumer<Layout>> listeners = new CopyOnWriteArrayList<>();
    /** The read that was begun last; null before the first. Guarded by this. */
    private @Nullable CompletableFuture<Layout> read;
    /** The loop's time when it was begun. */
    private volatile long readAt;
    /** The newest layout that was read; null before that. */
    private volatile @Nullable CompletableFuture<Layout> newest;

    /**
     * @param identity whose layout
     * @param layouts reads it
     * @param resize reads the earlier ones
     * @param loop calls the listeners
     */
    LayoutCache(Identity identity, LayoutTable layouts, ResizeTable resize, EventLoop loop) {
        this.identity = identity;
        this.layouts = layouts;
        this.resize = resize;
        this.loop = loop;
    }

    /**
     * @param listener called on the loop, in order, with each layout that is newer than all before; from now on
     */
    void listen(Consumer<Layout> listener) {
        listeners.add(listener);
    }

    /**
     * Asks Redis now if no layout is known, and in the background if that was some time ago.
     *
     * @return the newest layout that is known
     */
    CompletionStage<Layout> known() {
        CompletableFuture<Layout> known = newest;
        if (known == null) {
            return current();
        }
        if (loop.nanoTime() - readAt >= FRESH.toNanos()) {
            current();
        }
        return known;
    }

    /** The newest layout that was read; null before the first. */
    @Nullable
    Layout last() {
        CompletableFuture<Layout> known = newest;
        return known == null ? null : known.join();
    }

    /** A call while a read is under way gets the result of that read. */
    @Override
    public synchronized CompletionStage<Layout> current() {
        CompletableFuture<Layout> before = read;
        if (before != null && !before.isDone()) {
            return before;
        }
        readAt = loop.nanoTime();
        CompletableFuture<Layout> fresh = layouts.createIfAbsent(
                        identity.queue(), identity.partitions(), identity.keyHash())
                .thenApply(this::found)
                .toCompletableFuture();
        read = fresh;
        return fresh;
    }

    @Override
    public CompletionStage<List<Layout>> history() {
        // Not the remembered one: if the layout was lost, this puts it back.
        return current().thenCompose(exists -> layouts.history(identity.queue()));
    }

    @Override
    public CompletionStage<List<Earlier>> earlier() {
        return current().thenCompose(exists -> resize.state(identity.queue())).thenApply(LayoutState::earlier);
    }

    /**
     * Reads the layout if another one is newer than what is known.
     *
     * @param other was read by somebody else
     */
    void heardOf(Layout other) {
        CompletableFuture<Layout> known = newest;
        if (known == null || known.join().version() < other.version()) {
            current();
        }
    }

    @Override
    public CompletionStage<Boolean> reopen(PartitionId partition, int version) {
        return layouts.open(partition, version);
    }

    private synchronized Layout found(Layout found) {
        CompletableFuture<Layout> known = newest;
        if (known == null) {
            compareWithConfigured(found);
        } else if (known.join().equals(found)) {
            return found;
        } else if (known.join().version() >= found.version()) {
            throw remade(known.join(), found);
        }
        newest = CompletableFuture.completedFuture(found);
        loop.execute(() -> listeners.forEach(listener -> listener.accept(found)));
        return found;
    }

    private StoreException remade(Layout known, Layout found) {
        return new StoreException.Misconfigured(
                "the layout of queue " + identity.queue()
                        + " was lost, and another pod made it anew: set its fields version="
                        + found.version() + " and partitions=" + found.partitions() + " to " + known.version()
                        + " and " + known.partitions() + " again, and configure that pod like the others",
                null);
    }

    private void compareWithConfigured(Layout found) {
        if (identity.partitionsGiven() && found.partitions() != identity.partitions()) {
            LOG.warn(
                    "queue={} has {} partitions; the configured {} are ignored: only a resize changes them",
                    identity.queue(),
                    found.partitions(),
                    identity.partitions());
        }
    }
}
