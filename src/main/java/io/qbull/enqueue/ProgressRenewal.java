package io.qbull.enqueue;

import io.qbull.model.Causes;
import io.qbull.model.SourceId;
import io.qbull.runtime.EventLoop;
import io.qbull.runtime.LogLimit;
import io.qbull.store.StoreException;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what is remembered of a source alive while it is read. A call renews the lifetime in its own partition only, so the progress in
 * the others would expire before a long reading ends. Thread-safe.
 */
final class ProgressRenewal {
    private static final Logger LOG = LoggerFactory.getLogger(ProgressRenewal.class);
    /** For all sources, because a right is missing for all of them. */
    private static final LogLimit LINES = new LogLimit();
    /** Renewals within a lifetime, so that one may fail. */
    private static final int RENEWALS = 3;

    private final SourceId source;
    private final Duration every;
    private final EventLoop loop;
    private final Supplier<CompletionStage<?>> renew;
    private volatile boolean stopped;

    /**
     * @param source what is read
     * @param lifetime of its progress, above zero
     * @param loop keeps the time
     * @param renew lets the lifetime start anew, in all partitions
     */
    ProgressRenewal(SourceId source, Duration lifetime, EventLoop loop, Supplier<CompletionStage<?>> renew) {
        this.source = source;
        this.every = lifetime.dividedBy(RENEWALS);
        this.loop = loop;
        this.renew = renew;
    }

    void start() {
        loop.execute(this::renewLater);
    }

    /** Renews once more, then no longer. */
    void stop() {
        boolean first = !stopped;
        stopped = true;
        if (first) {
            renew();
        }
    }

    private void renewLater() {
        var unused = loop.schedule(every, () -> {
            if (!stopped) {
                renew();
                renewLater();
            }
        });
    }

    private void renew() {
        renew.get().whenComplete((renewed, failure) -> {
            Throwable cause = Causes.bare(failure);
            if (cause instanceof StoreException.Unavailable) {
                LOG.debug("source={} its progress was not renewed", source, cause);
            } else if (cause != null) {
                LINES.log(
                        String.valueOf(cause.getMessage()),
                        more -> LOG.warn(
                                "source={} its progress was not renewed, a repeat of it may add jobs twice: {}{}",
                                source,
                                cause.getMessage(),
                                more));
            }
        });
    }
}
