package io.qbull.model;

/**
 * A lease that this process was granted. What it proves is decided in Redis alone: every command carries owner and
 * epoch and is refused when either has changed.
 *
 * @param partition what is leased
 * @param owner this pod and the nonce of this lease
 * @param epoch the fencing token
 * @param primary the Redis primary that granted it; a lease is void on any other
 */
public record Lease(PartitionId partition, LeaseOwner owner, Epoch epoch, String primary) {
    /** As log lines name it. */
    @Override
    public String toString() {
        return "queue=" + partition.queue() + " partition=" + partition.index() + " epoch=" + epoch;
    }
}
