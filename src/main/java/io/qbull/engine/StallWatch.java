package io.qbull.engine;

import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.why.Standstill;
import io.qbull.runtime.EventLoop;
import io.qbull.runtime.LogLimit;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the progress of a session: logs each partition that does not move although jobs are due, in the words of the health, and when it
 * moves again. On the event loop.
 */
final class StallWatch {
    private static final Logger LOG = LoggerFactory.getLogger(StallWatch.class);
    private static final Duration LONGEST_PERIOD = Duration.ofSeconds(1);
    private static final Duration SHORTEST_PERIOD = Duration.ofMillis(100);

    private final QueueName queue;
    private final EventLoop loop;
    private final Duration period;
    private final Supplier<List<Standstill>> standstills;
    private final LogLimit lines;
    /** Partitions of which a line was written. */
    private final Set<PartitionId> named = new HashSet<>();

    private EventLoop.@Nullable Timer next;

    /**
     * @param queue the queue
     * @param loop keeps the time
     * @param stallAfter how long a partition may stand still
     * @param standstills those that have for longer
     */
    StallWatch(QueueName queue, EventLoop loop, Duration stallAfter, Supplier<List<Standstill>> standstills) {
        this.queue = queue;
        this.loop = loop;
        Duration often = stallAfter.compareTo(SHORTEST_PERIOD) < 0 ? SHORTEST_PERIOD : stallAfter;
        this.period = often.compareTo(LONGEST_PERIOD) < 0 ? often : LONGEST_PERIOD;
        this.standstills = standstills;
        this.lines = new LogLimit(loop::nanoTime);
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
        tell();
    }

    /** Logs what has changed since the last look. */
    void tell() {
        Map<PartitionId, Standstill> still = new HashMap<>();
        for (Standstill each : standstills.get()) {
            if (each.due()) {
                still.put(each.partition(), each);
            }
        }
        named.removeIf(partition -> {
            boolean moves = !still.containsKey(partition);
            if (moves) {
                LOG.info("queue={} partition {} does not stand still any more", queue, partition);
            }
            return moves;
        });
        still.forEach((partition, each) -> {
            if (!named.contains(partition)
                    && lines.log(each.cause().kind(), more -> LOG.warn("queue={} {}{}", queue, each.text(), more))) {
                named.add(partition);
            }
        });
    }
}
