package io.qbull.engine;

import io.qbull.enqueue.LayoutReader;
import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.model.Pause;
import io.qbull.model.Printable;
import io.qbull.model.QueueName;
import io.qbull.store.ResizeTable.Earlier;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What the producers of a node know of their queue: its layouts, and whether it takes new jobs. Thread-safe. */
final class ProducerLayouts implements LayoutReader {
    private final QueueName queue;
    private final LayoutCache layouts;
    private final PauseWatch pauses;
    private final ResizeWatch resizes;
    /** Whether the layout was asked for: from the second time on, jobs were refused by what was known. */
    private volatile boolean asked;

    /**
     * @param queue the queue
     * @param layouts of it
     * @param pauses of it
     * @param resizes of it
     */
    ProducerLayouts(QueueName queue, LayoutCache layouts, PauseWatch pauses, ResizeWatch resizes) {
        this.queue = queue;
        this.layouts = layouts;
        this.pauses = pauses;
        this.resizes = resizes;
    }

    /** Nothing is added before it was read whether the queue takes jobs; if that cannot be read, neither can it be added. */
    @Override
    public CompletionStage<Layout> current() {
        CompletionStage<Layout> current = layouts.current();
        if (asked) {
            resizes.refused();
        } else {
            resizes.produce();
        }
        asked = true;
        return pauses.begun().thenCompose(known -> current);
    }

    @Override
    public CompletionStage<List<Layout>> history() {
        return layouts.history();
    }

    @Override
    public CompletionStage<List<Earlier>> earlier() {
        return layouts.earlier();
    }

    @Override
    public @Nullable String closed() {
        Pause drain = pauses.known().drain();
        return drain == null
                ? null
                : "queue " + queue + " takes no new jobs: it is drained by " + Printable.of(drain.by())
                        + (drain.reason().isEmpty() ? "" : ": " + Printable.of(drain.reason()));
    }

    @Override
    public CompletionStage<Boolean> reopen(PartitionId partition, int version) {
        return layouts.reopen(partition, version);
    }
}
