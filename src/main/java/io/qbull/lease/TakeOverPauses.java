package io.qbull.lease;

import io.qbull.config.LeaseSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * How long this pod leaves a partition alone after it lost its lease. A lease that is lost soon after it was acquired is likely to be
 * lost again at once, so each such loss doubles the pause, up to the TTL; a lease that lived for a TTL ends that. On the event loop.
 */
final class TakeOverPauses {
    /** The other pods have their chance first. */
    static final Duration SHORTEST = Duration.ofMillis(100);

    private final Duration ttl;
    private final Map<Integer, Duration> pauses = new HashMap<>();

    TakeOverPauses(LeaseSettings settings) {
        this.ttl = settings.leaseTtl();
    }

    /**
     * The lease of a partition has ended, in whatever way.
     *
     * @param index the partition
     * @param owned for how long this pod owned it
     */
    void ended(int index, Duration owned) {
        if (owned.compareTo(ttl) >= 0) {
            pauses.remove(index);
        }
    }

    /**
     * @param index the partition
     * @param owned for how long this pod owned it
     */
    void lost(int index, Duration owned) {
        ended(index, owned);
        if (owned.compareTo(ttl) < 0) {
            pauses.merge(index, SHORTEST, (before, any) -> {
                Duration doubled = before.multipliedBy(2);
                return doubled.compareTo(ttl) < 0 ? doubled : ttl;
            });
        }
    }

    /** The pause before this pod takes the partition again. */
    Duration of(int index) {
        return pauses.getOrDefault(index, SHORTEST);
    }
}
