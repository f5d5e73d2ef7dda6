package io.qbull.lease;

import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.why.OwnerReport;
import io.qbull.store.LeaseTable.Acquisition.Granted;
import org.jspecify.annotations.Nullable;

/** Hears what becomes of this pod's leases. Called on the event loop. */
public interface LeaseListener {
    /**
     * This pod owns a partition; work may begin.
     *
     * @param granted the lease, and how the lease before it ended
     */
    void acquired(Granted granted);

    /**
     * A renewal succeeded: the lease is trusted for longer.
     *
     * @param lease a lease of this pod
     */
    void renewed(Lease lease);

    /**
     * The lease has ended although this pod did not give it up. Once no work runs under it any more, the listener calls
     * {@link LeaseKeeper#release}; until then this pod does not take the partition again.
     *
     * @param lease a lease that was this pod's
     */
    void lost(Lease lease);

    /**
     * Another pod requests a hand-over. The listener answers by {@link LeaseKeeper#handOver} or {@link LeaseKeeper#reject}; an
     * unanswered request comes again with the next renewal.
     *
     * @param lease a lease of this pod
     * @param by the owner to be
     */
    void handOverRequested(Lease lease, LeaseOwner by);

    /**
     * @param lease a lease of this pod
     * @return number of jobs that run under it now; reported to Redis for the status
     */
    int inFlight(Lease lease);

    /**
     * @param lease a lease of this pod
     * @return number of jobs that have ended under it; reported to Redis for the status
     */
    default long done(Lease lease) {
        return 0;
    }

    /**
     * @param lease a lease of this pod
     * @return what the partition waits for, told to Redis for {@code why}; null if it does not stand still
     */
    default @Nullable OwnerReport report(Lease lease) {
        return null;
    }

    /** A lease of another pod was announced: it may have been released. A hint, which may be missing. */
    default void othersAnnounced() {}
}
