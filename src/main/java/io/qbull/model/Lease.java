package io.qbull.model;

/**
 * A lease that was granted to this process. Redis alone decides whether it still holds: every command carries owner and epoch and is
 * fenced when either has changed.
 *
 * @param partition the leased partition
 * @param owner this pod with the nonce of this lease
 * @param epoch the fencing token
 * @param primary the Redis primary that granted it; a lease is void on any other
 */
public record Lease(PartitionId partition, LeaseOwner owner, Epoch epoch, String primary) {
    /** The form for log lines. */
    @Override
    public String toString() {
        return "queue=" + partition.queue() + " partition=" + partition.index() + " epoch=" + epoch;
    }
}
