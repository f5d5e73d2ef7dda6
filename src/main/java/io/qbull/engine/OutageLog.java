package io.qbull.engine;

import io.qbull.model.DurationText;
import io.qbull.model.QueueName;
import io.qbull.runtime.IncidentLog;
import io.qbull.runtime.LogLimit;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log lines about a Redis that does not answer, of all nodes that reach it over the same connections: one when the first of them gets
 * no answer, and one when all of them are answered. Thread-safe.
 */
final class OutageLog {
    private static final Logger LOG = LoggerFactory.getLogger(OutageLog.class);
    private static final String AWAY = "away";

    private final LongSupplier clock;
    // Guarded by this.
    private final IncidentLog lines;
    /** The reporters of the nodes that wait for an answer. */
    private final Set<Object> waiting = new HashSet<>();
    /** How many nodes there are. */
    private int nodes;
    /** How many nodes have waited in this outage. */
    private int waited;

    private long since;

    /**
     * @param clock monotonic nanoseconds
     */
    OutageLog(LongSupplier clock) {
        this.clock = clock;
        this.lines = new IncidentLog(new LogLimit(clock));
    }

    /** Another node uses the connections. */
    synchronized void join() {
        nodes++;
    }

    /** Ends {@link #join}. */
    synchronized void leave() {
        nodes--;
    }

    /**
     * A node gets no answer.
     *
     * @param node its reporter; compared by identity
     * @param queue its queue
     * @param text what is the matter
     * @param partitions those of the queue that the node works on
     */
    synchronized void away(Object node, QueueName queue, String text, List<Integer> partitions) {
        if (waiting.isEmpty()) {
            since = clock.getAsLong();
            waited = 0;
        }
        waited += waiting.add(node) ? 1 : 0;
        String others = nodes > 1 ? ", as may " + others(nodes) : "";
        lines.once(
                AWAY,
                more -> LOG.warn(
                        "queue={} {}; trying until it works, partitions {} may wait{}{}",
                        queue,
                        text,
                        partitions,
                        others,
                        more));
    }

    /**
     * A node gets answers again. Does nothing if it got them before.
     *
     * @param node as of {@link #away}
     * @param queue as of {@link #away}
     */
    synchronized void answered(Object node, QueueName queue) {
        if (waiting.remove(node) && waiting.isEmpty()) {
            if (lines.open()) {
                LOG.info(
                        "queue={} Redis answers again after {}{}",
                        queue,
                        DurationText.of(Duration.ofNanos(clock.getAsLong() - since)),
                        waited > 1 ? ", for " + others(waited) + " too" : "");
            }
            lines.close();
        }
    }

    /**
     * A node waits no longer, whether or not it was answered.
     *
     * @param node as of {@link #away}
     */
    synchronized void forget(Object node) {
        if (waiting.remove(node) && waiting.isEmpty()) {
            lines.close();
        }
    }

    private static String others(int all) {
        return all == 2 ? "another queue" : (all - 1) + " other queues";
    }
}
