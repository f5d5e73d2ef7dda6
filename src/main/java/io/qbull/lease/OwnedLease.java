package io.qbull.lease;

import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A lease that this pod owns. Changed on the event loop only; {@link #trusted} may be asked on any thread. */
final class OwnedLease {
    private final Lease lease;
    private final long acquired;
    private volatile TrustTerm term;
    private volatile boolean refused;
    private @Nullable LeaseOwner rejected;

    /**
     * @param acquired when the acquisition was sent
     * @param term the first one
     */
    OwnedLease(Lease lease, long acquired, TrustTerm term) {
        this.lease = lease;
        this.acquired = acquired;
        this.term = term;
    }

    Lease lease() {
        return lease;
    }

    int index() {
        return lease.partition().index();
    }

    Duration age(long now) {
        return Duration.ofNanos(now - acquired);
    }

    boolean trusted(long now) {
        return !refused && !term.remaining(now).isZero();
    }

    /** Redis refused a command under this lease: trust ends for good, and the next answer to a renewal ends the lease. */
    void refuse() {
        refused = true;
    }

    /**
     * @return false if a command was refused: then no renewal restores trust
     */
    boolean renew(TrustTerm earned) {
        if (!refused) {
            term = earned;
            rejected = null;
        }
        return !refused;
    }

    /**
     * @param sent when the renewal was sent whose answer ends the lease
     * @return why it ends, as far as this pod can tell
     */
    LeaseEnd.Lost lostBy(long sent) {
        if (term.remaining(sent).isZero()) {
            return new LeaseEnd.Expired();
        }
        return new LeaseEnd.Fenced(refused ? LeaseEnd.Fenced.By.COMMAND : LeaseEnd.Fenced.By.RENEWAL);
    }

    void reject(LeaseOwner by) {
        rejected = by;
    }

    /**
     * @return the owner to be of the request that the next renewal rejects
     */
    @Nullable
    LeaseOwner rejected() {
        return rejected;
    }
}
