package io.qbull.model;

/** Says whether this process may still start jobs under a lease. Thread-safe. */
public interface Ownership {
    /**
     * @param lease a lease of this process
     * @return true while a job may be started under it, judged by the clock of this process
     */
    boolean trusted(Lease lease);
}
