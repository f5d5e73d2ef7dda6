package io.qbull.engine;

import io.qbull.model.Causes;
import io.qbull.model.QueueName;
import io.qbull.runtime.EventLoop;
import io.qbull.store.Reachability;
import io.qbull.store.Reachability.Subject;
import io.qbull.store.StoreException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs once that Redis does not answer, and once that it answers again. Many commands are sent at the same time, and in a cluster some
 * are answered while others are not, so an outage is over when every subject without an answer has got one. Changed on the event loop;
 * read from any thread.
 */
final class OutageReporter implements Reachability {
    private static final Logger LOG = LoggerFactory.getLogger(OutageReporter.class);
    /** A subject that was silent this long no longer counts, such as a lease that another pod has got meanwhile. */
    private static final Duration FORGOTTEN = Duration.ofMinutes(1);

    private final QueueName queue;
    private final EventLoop loop;
    private final Supplier<List<Integer>> partitions;
    /** Subjects without an answer, and when each was last reported so. */
    private final Map<Subject, Long> unanswered = new HashMap<>();

    private long since;
    private boolean misconfigurationLogged;
    private volatile String problem = "";

    /**
     * @param queue the queue
     * @param loop keeps the time
     * @param partitions finds those that this pod works on
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
        Throwable cause = Causes.bare(failure);
        if (cause != null && !(cause instanceof StoreException)) {
            LOG.error("queue={} a command failed in an unexpected way and will be repeated", queue, cause);
        }
        String now = cause == null ? "Redis does not answer" : String.valueOf(cause.getMessage());
        long time = loop.nanoTime();
        if (cause instanceof StoreException.Misconfigured && !misconfigurationLogged) {
            misconfigurationLogged = true;
            LOG.error("queue={} refused by Redis, a person must act: {}", queue, now);
        } else if (unanswered.isEmpty()) {
            LOG.warn("queue={} {}; trying until it works, partitions {} may wait", queue, now, partitions.get());
        }
        if (unanswered.isEmpty()) {
            since = time;
        }
        unanswered.put(subject, time);
        problem = now;
    }

    @Override
    public void answered(Subject subject) {
        if (unanswered.isEmpty()) {
            return;
        }
        long time = loop.nanoTime();
        unanswered.remove(subject);
        unanswered.values().removeIf(last -> time - last > FORGOTTEN.toNanos());
        if (unanswered.isEmpty()) {
            LOG.info("queue={} Redis answers again after {}", queue, Duration.ofMillis((time - since) / 1_000_000));
            reset();
        }
    }

    /** Forgets all subjects: no more commands are sent about them. */
    void reset() {
        unanswered.clear();
        misconfigurationLogged = false;
        problem = "";
    }
}
