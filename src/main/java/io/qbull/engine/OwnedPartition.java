package io.qbull.engine;

import io.qbull.model.Lease;
import io.qbull.partition.PartitionPump;

/** A lease of this pod and the pump that works under it. */
final class OwnedPartition {
    private final Lease lease;
    private final PartitionPump pump;
    private boolean leaving;

    OwnedPartition(Lease lease, PartitionPump pump) {
        this.lease = lease;
        this.pump = pump;
    }

    Lease lease() {
        return lease;
    }

    PartitionPump pump() {
        return pump;
    }

    int index() {
        return lease.partition().index();
    }

    /** On the event loop. */
    boolean leaving() {
        return leaving;
    }

    /**
     * The lease will be released or handed over once the pump has drained. On the event loop.
     *
     * @return false if that was known already
     */
    boolean leave() {
        boolean first = !leaving;
        leaving = true;
        return first;
    }
}
