package io.qbull.lease;

import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import org.jspecify.annotations.Nullable;

/** A lease that this pod holds. Changed on the event loop only. */
final class HeldLease {
    final Lease lease;
    /** On the loop's monotonic clock; past it no job is started. */
    volatile long trustedUntil;
    /** A command under this lease was refused: the next renewal's answer ends it. */
    volatile boolean doubted;
    /** Who asked for the partition and does not get it; told by the next renewal. */
    @Nullable
    LeaseOwner rejected;

    HeldLease(Lease lease, long trustedUntil) {
        this.lease = lease;
        this.trustedUntil = trustedUntil;
    }
}
