package io.qbull.model;

/** Whether a lease may still be acted upon, by this process's own clock. */
public interface Ownership {
    /**
     * From any thread.
     *
     * @param lease a lease of this process
     * @return true while a new job may be started under it
     */
    boolean trusted(Lease lease);
}
