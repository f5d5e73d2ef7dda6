package io.qbull.store;

import java.util.function.Consumer;

/** An open storage: all roles over one set of connections. Closing it fails what is outstanding. */
public interface Store extends AutoCloseable {
    /**
     * @return the to-do lists
     */
    JobLog jobs();

    /**
     * @return the jobs of keys that wait for a retry
     */
    HeldJobs held();

    /**
     * @return the jobs that are not due yet
     */
    DelayedJobs delayed();

    /**
     * @return the leases
     */
    LeaseTable leases();

    /**
     * @return layout and pods
     */
    LayoutTable layouts();

    /**
     * @return the files that are being read
     */
    SourceTable sources();

    /**
     * @return the view from outside
     */
    Inspector inspector();

    /**
     * @return the dead-letter streams
     */
    DeadLetters deadLetters();

    /**
     * @return the held keys
     */
    HeldKeyTable heldKeys();

    /**
     * @return the bell of idle partitions
     */
    WakeUps wakeUps();

    /**
     * A primary that holds leases can be replaced (failover, restart). Everything read from the old one is then in doubt, and every
     * command under a lease of the old one is answered as fenced.
     *
     * @param listener called on a thread of the client after a change, with the old primary as {@link io.qbull.model.Lease#primary}
     *     names it; must not block
     */
    void onPrimaryChange(Consumer<String> listener);

    @Override
    void close();
}
