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

    /**
     * The partition is sealed for a layout whose jobs do not run yet. No job starts before {@link PartitionPump#depart} says which keys
     * leave.
     *
     * @param lease the lease
     * @param version version of that layout
     */
    void sealed(Lease lease, int version);

    /**
     * The jobs of a layout run that is not the first one. No job starts before {@link PartitionPump#settle} says where keys belong. Told
     * again when another partition takes no entries by the layout that it said.
     *
     * @param lease the lease
     * @param version the newest version that the partition was sealed for; that of the current layout, unless the partition is retired
     */
    void settled(Lease lease, int version);

    /**
     * Nothing is under way any more for the keys that leave, and the pump does not touch them: they can be moved. Told once for each
     * version.
     *
     * @param lease the lease
     * @param version version of the new layout
     */
    void cleared(Lease lease, int version);
}
