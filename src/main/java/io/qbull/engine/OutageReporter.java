package io.qbull.engine;

import io.qbull.model.QueueName;
import io.qbull.runtime.EventLoop;
import io.qbull.store.Reachability;
import io.qbull.store.Reachability.Subject;
import io.qbull.store.StoreException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once that Redis does not answer, and once that it does again. Many ask at the same time, and in a cluster some get answers
 * while others do not, so it is over when everybody who got no answer has got one. Touched on the event loop; read from any thread.
 */
final class OutageReporter implements Reachability {
    private static final Logger LOG = LoggerFactory.getLogger(OutageReporter.class);
    /** A subject that was not asked about for so long no longer counts, such as a lease that another pod got meanwhile. */
    private static final Duration FORGOTTEN = Duration.ofMinutes(1);

    private final QueueName queue;
    private final EventLoop loop;
    private final Supplier<List<Integer>> partitions;
    /** What still waits for an answer, and since when. */
    private final Map<Subject, Long> waiting = new HashMap<>();

    private long since;
    private boolean personNeeded;
    private volatile String problem = "";

    /**
     * @param queue the queue
     * @param loop its clock counts
     * @param partitions those that this pod works on
     */
    OutageReporter(QueueName queue, EventLoop loop, Supplier<List<Integer>> partitions) {
        this.queue = queue;
        this.loop = loop;
        this.partitions = partitions;
    }

    @Override
    public String problem() {
        return problem;
    }

    @Override
    public void unanswered(Subject subject, @Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause != null && !(cause instanceof StoreException)) {
            LOG.error("queue={} a command ended in an unexpected way, it will be repeated", queue, cause);
        }
        String now = cause == null ? "Redis does not answer" : String.valueOf(cause.getMessage());
        long time = loop.nanoTime();
        if (cause instanceof StoreException.Misconfigured && !personNeeded) {
            personNeeded = true;
            LOG.error("queue={} refused by Redis, a person must act: {}", queue, now);
        } else if (waiting.isEmpty()) {
            LOG.warn("queue={} {}; trying until it works, partitions {} may wait", queue, now, partitions.get());
        }
        if (waiting.isEmpty()) {
            since = time;
        }
        waiting.put(subject, time);
        problem = now;
    }

    @Override
    public void answered(Subject subject) {
        if (waiting.isEmpty()) {
            return;
        }
        long time = loop.nanoTime();
        waiting.remove(subject);
        waiting.values().removeIf(last -> time - last > FORGOTTEN.toNanos());
        if (waiting.isEmpty()) {
            LOG.info("queue={} Redis answers again after {}", queue, Duration.ofMillis((time - since) / 1_000_000));
            reset();
        }
    }

    /** Forgets what got no answer: nobody asks any more. */
    void reset() {
        waiting.clear();
        personNeeded = false;
        problem = "";
    }
}
