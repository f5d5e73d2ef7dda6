package io.qbull.engine;

import io.qbull.model.Lease;
import io.qbull.model.QueueName;
import io.qbull.model.StreamId;
import io.qbull.runtime.EventLoop;
import io.qbull.store.JobLog;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds partitions whose pump overlooks its stream: Redis has the same first entry for a while, and the pump knows of none. Whatever was
 * lost, a wake-up or an answer, the partition is given up, and its next owner reads it anew. On the event loop.
 *
 * <p>This finds faults of this pod alone. While Redis does not answer, the question has no answer either, and nothing is concluded.
 */
final class HeadWatch {
    private static final Logger LOG = LoggerFactory.getLogger(HeadWatch.class);
    /** A wake-up takes milliseconds, but a pod under load may be late with everything. */
    static final Duration SHORTEST_PERIOD = Duration.ofSeconds(2);

    private final QueueName queue;
    private final EventLoop loop;
    private final Duration period;
    private final JobLog jobs;
    private final Supplier<Collection<OwnedPartition>> owned;
    private final Consumer<OwnedPartition> giveUp;
    /** The first entries that pumps seemed to overlook, by the lease of the pump. */
    private final Map<Lease, Sighting> sightings = new HashMap<>();
    /** Questions without an answer. */
    private final Set<Lease> asked = new HashSet<>();

    private EventLoop.@Nullable Timer next;

    /**
     * @param head the first entry of a stream
     * @param at when it was seen first, in nanoseconds of the event loop
     */
    private record Sighting(StreamId head, long at) {}

    /**
     * @param queue the queue
     * @param loop keeps the time
     * @param stallAfter how long a partition may stand still: it is given up sooner
     * @param jobs has the streams
     * @param owned the partitions of the session
     * @param giveUp gives one of them up
     */
    HeadWatch(
            QueueName queue,
            EventLoop loop,
            Duration stallAfter,
            JobLog jobs,
            Supplier<Collection<OwnedPartition>> owned,
            Consumer<OwnedPartition> giveUp) {
        this.queue = queue;
        this.loop = loop;
        Duration half = stallAfter.dividedBy(2);
        this.period = half.compareTo(SHORTEST_PERIOD) < 0 ? SHORTEST_PERIOD : half;
        this.jobs = jobs;
        this.owned = owned;
        this.giveUp = giveUp;
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
        Map<Lease, OwnedPartition> suspicious = new HashMap<>();
        for (OwnedPartition partition : owned.get()) {
            if (seesNothing(partition)) {
                suspicious.put(partition.lease(), partition);
            }
        }
        sightings.keySet().retainAll(suspicious.keySet());
        suspicious.forEach((lease, partition) -> {
            if (asked.add(lease)) {
                jobs.head(lease.partition())
                        .whenComplete((head, failure) -> loop.execute(() -> answered(partition, head)));
            }
        });
    }

    private static boolean seesNothing(OwnedPartition partition) {
        return !partition.leaving() && partition.pump().seesEmptyStream();
    }

    /**
     * @param head null if there is none, or if Redis has not answered
     */
    private void answered(OwnedPartition partition, @Nullable StreamId head) {
        Lease lease = partition.lease();
        asked.remove(lease);
        if (head == null || next == null || !seesNothing(partition)) {
            sightings.remove(lease);
            return;
        }
        Sighting before = sightings.get(lease);
        if (before == null || !before.head.equals(head)) {
            sightings.put(lease, new Sighting(head, loop.nanoTime()));
            return;
        }
        // An answer that was late says little about the time between.
        Duration apart = Duration.ofNanos(loop.nanoTime() - before.at);
        if (apart.compareTo(period.dividedBy(2)) >= 0) {
            sightings.remove(lease);
            LOG.warn(
                    "queue={} partition {} is given up, so that its stream is read anew: this pod has overlooked job {} there for at least"
                            + " {} ms",
                    queue,
                    lease.partition(),
                    head,
                    apart.toMillis());
            giveUp.accept(partition);
        }
    }
}
