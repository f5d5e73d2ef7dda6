package io.qbull.engine;

import io.qbull.model.Causes;
import io.qbull.model.QueueName;
import io.qbull.runtime.EventLoop;
import io.qbull.runtime.LogLimit;
import io.qbull.store.StoreException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says that Redis refuses to tidy up what is no longer needed. No job waits for that, so the queue works on; but what stays behind grows
 * until a person acts. An outage is not reported here, because everything waits for its end, and then the next attempt tidies up.
 * Thread-safe.
 */
final class TidyingReporter {
    private static final Logger LOG = LoggerFactory.getLogger(TidyingReporter.class);
    /** Work that was not tried again for so long, perhaps because another pod has done it, no longer counts. */
    private static final Duration FORGOTTEN = Duration.ofMinutes(10);

    private final QueueName queue;
    private final EventLoop loop;
    private final LogLimit lines;
    /** By the piece of work. */
    private final Map<Object, Refusal> refused = new ConcurrentHashMap<>();

    private record Refusal(String left, String why, long at) {}

    /**
     * @param queue the queue
     * @param loop keeps the time
     */
    TidyingReporter(QueueName queue, EventLoop loop) {
        this.queue = queue;
        this.loop = loop;
        this.lines = new LogLimit(loop::nanoTime);
    }

    /**
     * @param left what stays behind if the work fails, as the subject of a sentence
     * @param piece which work it is: a refusal stands until the same piece succeeds
     * @param work that tidies up
     * @return the same work
     */
    <T> CompletionStage<T> watch(String left, Object piece, CompletionStage<T> work) {
        return work.whenComplete((done, failure) -> {
            Throwable cause = Causes.bare(failure);
            if (cause == null) {
                done(piece);
            } else if (!(cause instanceof StoreException.Unavailable)) {
                refused(left, piece, String.valueOf(cause.getMessage()));
            }
        });
    }

    /**
     * @param piece of work that has nothing left to do
     */
    void done(Object piece) {
        refused.remove(piece);
    }

    private void refused(String left, Object piece, String why) {
        refused.put(piece, new Refusal(left, why, loop.nanoTime()));
        lines.log(
                left + why,
                more -> LOG.error("queue={} {} cannot be removed, a person must act: {}{}", queue, left, why, more));
    }

    /**
     * @return one line for people; empty if nothing stays behind
     */
    String problem() {
        refused.values().removeIf(refusal -> loop.nanoTime() - refusal.at > FORGOTTEN.toNanos());
        return refused.values().stream()
                .map(each -> each.left + " cannot be removed: " + each.why)
                .distinct()
                .sorted()
                .collect(Collectors.joining("; "));
    }
}
