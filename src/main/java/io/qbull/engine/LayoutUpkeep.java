package io.qbull.engine;

import io.qbull.model.Lease;
import io.qbull.runtime.EventLoop;
import io.qbull.store.Reachability;
import io.qbull.store.Reachability.Subject;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Puts back what a queue needs in Redis and may lose there: the seal of a partition when it is taken over, the layout and the name of
 * the queue now and then. Without them nothing can be added, or the next pod would create the queue anew with other settings. On the
 * event loop.
 */
final class LayoutUpkeep {
    private static final Duration RETRY = Duration.ofMillis(500);

    private final LayoutCache layouts;
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
    }

    /** A partition was taken over. */
    void takenOver(Lease lease) {
        if (owned.test(lease)) {
            CompletionStage<?> opened =
                    layouts.known().thenCompose(layout -> layouts.reopen(lease.partition(), layout.version()));
            report(
                    Subject.lease(lease.partition().index()),
                    opened,
                    () -> loop.schedule(RETRY, () -> takenOver(lease)));
        }
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
