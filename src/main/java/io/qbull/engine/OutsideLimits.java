package io.qbull.engine;

import io.qbull.store.LeaseTable.LeaseView;
import java.time.Duration;

/**
 * When partitions of other pods are worth a look.
 *
 * @param stallAfter how long a partition may stand still
 * @param leaseTtl of this pod; that of others may differ
 */
record OutsideLimits(Duration stallAfter, Duration leaseTtl) {
    private static final Duration LONGEST_PERIOD = Duration.ofSeconds(15);
    private static final Duration SHORTEST_PERIOD = Duration.ofMillis(100);

    /** Between two looks, unless something is heard or is about to have stood still for too long. */
    Duration period() {
        Duration quarter = stallAfter.dividedBy(4);
        Duration least = quarter.compareTo(SHORTEST_PERIOD) < 0 ? SHORTEST_PERIOD : quarter;
        return least.compareTo(LONGEST_PERIOD) < 0 ? least : LONGEST_PERIOD;
    }

    /** Whether a lease has ended, or was perhaps not renewed when it should have been. */
    boolean doubtful(LeaseView lease) {
        return lease.free()
                || lease.remaining().compareTo(leaseTtl.multipliedBy(2).dividedBy(3)) < 0;
    }
}
