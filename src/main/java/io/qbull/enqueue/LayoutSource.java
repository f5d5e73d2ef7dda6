package io.qbull.enqueue;

import io.qbull.model.Causes;
import io.qbull.model.Layout;
import io.qbull.runtime.EventLoop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads the layout on request: one read at a time, with a pause after a failed one. On the loop. */
final class LayoutSource {
    private final Supplier<CompletionStage<Layout>> reader;
    private final EventLoop loop;
    private final Consumer<Layout> found;
    private final Consumer<Throwable> failed;
    private final Backoff backoff = Backoff.afterFailures();
    private boolean reading;
    private boolean wanted;
    private boolean stopped;

    /**
     * @param reader reads from Redis, each time anew
     * @param loop runs {@code found} and {@code failed}
     * @param found gets the layout that was read
     * @param failed gets the failure of a read; calls {@link #load} if the layout is still needed
     */
    LayoutSource(
            Supplier<CompletionStage<Layout>> reader,
            EventLoop loop,
            Consumer<Layout> found,
            Consumer<Throwable> failed) {
        this.reader = reader;
        this.loop = loop;
        this.found = found;
        this.failed = failed;
    }

    /** Reads the layout, unless a read is under way. */
    void load() {
        wanted = true;
        if (!reading && !stopped) {
            read();
        }
    }

    /** Starts no more reads and ignores the result of the current one. */
    void stop() {
        stopped = true;
    }

    private void read() {
        reading = true;
        wanted = false;
        CompletionStage<Layout> stage;
        try {
            stage = reader.get();
        } catch (RuntimeException e) {
            stage = CompletableFuture.failedFuture(e);
        }
        stage.whenComplete((layout, failure) -> loop.execute(() -> ended(layout, failure)));
    }

    private void ended(@Nullable Layout layout, @Nullable Throwable failure) {
        if (stopped) {
            return;
        }
        if (layout != null) {
            reading = false;
            backoff.reset();
            found.accept(layout);
            return;
        }
        Throwable cause = Causes.bare(failure);
        failed.accept(cause == null ? new IllegalStateException("no layout") : cause);
        loop.schedule(backoff.next(), () -> {
            reading = false;
            if (wanted) {
                load();
            }
        });
    }
}
