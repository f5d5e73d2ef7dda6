package io.qbull.store;

/** An answer to a command that only the owner of a partition may give. */
public interface OwnerAnswer {
    /**
     * @return whether the lease has ended: nothing was read or changed
     */
    boolean fenced();
}
