package io.qbull.partition;

import io.qbull.model.Lease;
import io.qbull.model.Ownership;

/** What a pump asks about its lease, from any thread, and tells about it, on the event loop. */
public interface PumpListener extends Ownership {
    /**
     * Redis refused a command: the lease has ended. The pump has stopped and waits for {@link PartitionPump#abandon}.
     *
     * @param lease the lease that has ended
     */
    void fenced(Lease lease);
}
