package io.qbull.store;

/** The answer to a command that needs the owner's lease. */
public interface OwnerAnswer {
    /**
     * @return whether the lease has ended, so that nothing was read or changed
     */
    boolean fenced();
}
