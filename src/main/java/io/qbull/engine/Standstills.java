package io.qbull.engine;

import io.qbull.model.PartitionId;
import io.qbull.model.why.LeaseCause;
import io.qbull.model.why.Standstill;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * Partitions that stood still when their lease was lost, and since when. A partition that is lost again and again has a new pump each
 * time; without this none of them would ever have stood still for long. Changed on the event loop; read from any thread.
 */
final class Standstills {
    private final long remembered;
    private final Map<PartitionId, Lost> lost = new ConcurrentSkipListMap<>();

    /**
     * A lost partition.
     *
     * @param since when it began to stand still, in nanoseconds of the event loop
     * @param at when its lease was lost
     */
    private record Lost(long since, long at) {}

    /**
     * @param remembered for how long; if this pod has not taken a partition again by then, another one has
     */
    Standstills(Duration remembered) {
        this.remembered = remembered.toNanos();
    }

    /**
     * @param since when the partition began to stand still; null if it did not
     */
    void lost(PartitionId partition, @Nullable Long since, long now) {
        if (since == null) {
            lost.remove(partition);
        } else {
            lost.put(partition, new Lost(since, now));
        }
    }

    /**
     * This pod has taken a partition.
     *
     * @return since when it has stood still; null if it did not
     */
    @Nullable
    Long taken(PartitionId partition, long now) {
        Lost before = lost.remove(partition);
        return before == null || now - before.at > remembered ? null : (Long) before.since;
    }

    /**
     * @param limit how long a partition may stand still
     * @return each that has for longer and is not taken again yet, and why
     */
    List<Standstill> longerThan(Duration limit, long now) {
        List<Standstill> standstills = new ArrayList<>();
        lost.forEach((id, partition) -> {
            long nanos = now - partition.since;
            if (nanos > limit.toNanos() && now - partition.at <= remembered) {
                standstills.add(new Standstill(id, Duration.ofNanos(nanos), true, new LeaseCause.LostAgain()));
            }
        });
        return standstills;
    }
}
