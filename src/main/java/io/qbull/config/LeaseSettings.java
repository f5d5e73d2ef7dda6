package io.qbull.config;

import io.qbull.model.Capacity;
import java.time.Duration;

/**
 * How a pod takes and keeps leases on the partitions of one queue.
 *
 * @param partitionsPerPod the leases that this pod wants, 1 to 16384; {@link Capacity#FAIR_SHARE} for as many as the other pods
 * @param maxPartitionsPerPod the most it takes where the pods want fewer than there are; at least {@code partitionsPerPod}
 * @param adoptOrphans whether it takes partitions beyond {@code partitionsPerPod} that no other pod takes
 * @param orphanGrace how long a partition must be free before another pod than that whose share is too small takes it
 * @param leaseTtl how long a lease lives without renewal, 1 s or more
 */
public record LeaseSettings(
        int partitionsPerPod, int maxPartitionsPerPod, boolean adoptOrphans, Duration orphanGrace, Duration leaseTtl) {
    private static final int MOST = 16384;

    /**
     * @throws IllegalArgumentException if a value breaks its rule
     */
    public LeaseSettings {
        if (partitionsPerPod != Capacity.FAIR_SHARE) {
            Rule.between("partitionsPerPod", partitionsPerPod, 1, MOST);
        }
        Rule.between("maxPartitionsPerPod", maxPartitionsPerPod, 1, MOST);
        Rule.holds(
                maxPartitionsPerPod >= partitionsPerPod,
                "maxPartitionsPerPod (" + maxPartitionsPerPod + ") must be at least partitionsPerPod ("
                        + partitionsPerPod + ")");
        Rule.atLeast("orphanGrace", orphanGrace, Duration.ZERO);
        Rule.atLeast("leaseTtl", leaseTtl, Duration.ofSeconds(1));
    }

    /**
     * @return how many leases this pod owns
     */
    public Capacity capacity() {
        boolean more = adoptOrphans || partitionsPerPod == Capacity.FAIR_SHARE;
        return new Capacity(partitionsPerPod, more ? maxPartitionsPerPod : partitionsPerPod);
    }

    /**
     * @return time between two renewals: a third of the TTL, so that one may fail
     */
    public Duration renewEvery() {
        return leaseTtl.dividedBy(3);
    }

    /**
     * @return how much earlier than Redis this pod stops trusting a lease: a tenth of the TTL, because clocks drift apart
     */
    public Duration margin() {
        return leaseTtl.dividedBy(10);
    }
}
