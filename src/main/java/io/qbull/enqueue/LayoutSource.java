package io.qbull.enqueue;

import io.qbull.model.Layout;
import io.qbull.runtime.EventLoop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads the layout when asked: one read at a time, with a pause after a failed one. On the loop. */
final class LayoutSource {
    private final Supplier<CompletionStage<Layout>> reader;
    private final EventLoop loop;
    private final Consumer<Layout> found;
    private final Consumer<Throwable> failed;
    private final Backoff backoff = new Backoff();
    private boolean busy;
    private boolean wanted;
    private boolean closed;

    /**
     * @param reader reads from Redis, each time anew
     * @param loop calls the rest
     * @param found told of what was read
     * @param failed told of a failed read; calls {@link #load} if the layout is still needed
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

    /** Reads the layout, if that is not under way. */
    void load() {
        wanted = true;
        if (!busy && !closed) {
            read();
        }
    }

    /** Reads no more. */
    void close() {
        closed = true;
    }

    private void read() {
        busy = true;
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
        if (closed) {
            return;
        }
        if (layout != null) {
            busy = false;
            backoff.reset();
            found.accept(layout);
            return;
        }
        Throwable cause = CallOutcome.cause(failure);
        failed.accept(cause == null ? new IllegalStateException("no layout") : cause);
        loop.schedule(backoff.next(), () -> {
            busy = false;
            if (wanted) {
                load();
            }
        });
    }
}
