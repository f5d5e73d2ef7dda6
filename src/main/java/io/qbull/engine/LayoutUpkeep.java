package io.qbull.engine;

import io.qbull.model.Layout;
import io.qbull.model.Lease;
import io.qbull.model.PartitionId;
import io.qbull.runtime.EventLoop;
import io.qbull.store.Reachability;
import io.qbull.store.Reachability.Subject;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Puts back what a queue needs in Redis and may lose there: the seal of a partition when it is taken over, the layout and the name of
 * the queue now and then. Without them nothing can be added, or the next pod would create the queue anew with other settings. The look
 * at the layout is also how a node that adds nothing learns of a resize, if its announcement was lost; then it carries that on, too. On
 * the event loop.
 */
final class LayoutUpkeep {
    private static final Duration RETRY = Duration.ofMillis(500);

    private final LayoutCache layouts;
    private final ResizeWatch resizes;
    private final EventLoop loop;
    private final Reachability reachability;
    private final Duration period;
    private final Predicate<Lease> owned;
    private EventLoop.@Nullable Timer next;

    /**
     * @param node has the layouts and the loop
     * @param reachability hears whether Redis answers
     * @param period between two looks at the layout
     * @param owned whether a lease is still this pod's
     */
    LayoutUpkeep(NodeParts node, Reachability reachability, Duration period, Predicate<Lease> owned) {
        this.layouts = node.layouts();
        this.resizes = node.resizes();
        this.loop = node.loop();
        this.reachability = reachability;
        this.period = period;
        this.owned = owned;
    }

    void start() {
        next = loop.schedule(period, this::look);
    }

    void stop() {
        if (next != null) {
            next.cancel();
            next = null;
        }
    }

    private void look() {
        next = loop.schedule(period, this::look);
        report(Subject.QUEUE, layouts.current(), () -> {});
        resizes.look();
    }

    /** A partition was taken over. */
    void takenOver(Lease lease) {
        if (owned.test(lease)) {
            CompletionStage<?> opened = layouts.current().thenCompose(layout -> opened(lease.partition(), layout));
            report(
                    Subject.lease(lease.partition().index()),
                    opened,
                    () -> loop.schedule(RETRY, () -> takenOver(lease)));
        }
    }

    /**
     * Opens the partition by the layout as it is now: by an older one it would take jobs that no other producer adds there. A newer seal
     * stays as it is. A partition that the layout does not have is opened by the resize that it takes part in, if at all.
     */
    private CompletionStage<Boolean> opened(PartitionId partition, Layout layout) {
        return partition.index() < layout.partitions()
                ? layouts.reopen(partition, layout.version())
                : CompletableFuture.completedFuture(false);
    }

    private void report(Subject subject, CompletionStage<?> done, Runnable again) {
        done.whenComplete((answer, failure) -> loop.execute(() -> {
            if (failure == null) {
                reachability.answered(subject);
            } else if (next != null) {
                reachability.unanswered(subject, failure);
                again.run();
            }
        }));
    }
}
