package io.qbull.store;

import java.util.function.Consumer;

/**
 * An open store: all roles over one set of connections, which other stores may share. After its close it sends nothing more, and commands
 * under way may fail. Thread-safe.
 */
public interface Store extends AutoCloseable {
    /**
     * @return the streams of jobs
     */
    JobLog jobs();

    /**
     * @return the jobs of held keys
     */
    HeldJobs held();

    /**
     * @return the delayed jobs
     */
    DelayedJobs delayed();

    /**
     * @return the leases
     */
    LeaseTable leases();

    /**
     * @return layouts and pods
     */
    LayoutTable layouts();

    /**
     * @return the steps of a resize
     */
    ResizeTable resize();

    /**
     * @return the unfinished files
     */
    SourceTable sources();

    /**
     * @return the status of queues
     */
    Inspector inspector();

    /**
     * @return reads partitions closely
     */
    Examiner examiner();

    /**
     * @return the dead-letter streams
     */
    DeadLetters deadLetters();

    /**
     * @return the held keys, as people inspect them
     */
    HeldKeyTable heldKeys();

    /**
     * @return what wakes the owners of idle partitions
     */
    WakeUps wakeUps();

    /**
     * @return what people have paused
     */
    PauseTable pauses();

    /**
     * @return the steps in which queues are deleted
     */
    DeletionTable deletions();

    /**
     * Listens for primaries that are replaced by a failover or a restart. Data read from the old primary may be lost, and every command
     * under one of its leases is fenced.
     *
     * @param listener gets the old primary, as {@link io.qbull.model.Lease#primary} names it, on a thread of the client; must not
     *     block
     */
    void onPrimaryChange(Consumer<String> listener);

    /**
     * @return equal for stores over the same connections: what befalls one of them befalls all
     */
    default Object connections() {
        return this;
    }

    @Override
    void close();
}
