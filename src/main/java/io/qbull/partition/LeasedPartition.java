package io.qbull.partition;

import io.qbull.model.Entry;
import io.qbull.model.Lease;
import io.qbull.partition.KeyLine.Slot;
import io.qbull.runtime.EventLoop;
import io.qbull.store.Store;
import org.jspecify.annotations.Nullable;

/**
 * A partition as its pump knows it, shared by the parts of the pump. On the event loop.
 *
 * @param lease under which the pump works
 * @param context what the pump works with
 * @param commands the owner's commands under way
 * @param prefetched entries read from the stream
 * @param held keys whose jobs wait for a failed one
 * @param commits finished jobs whose entries are still in the stream
 * @param gates what may not start
 */
record LeasedPartition(
        Lease lease,
        PumpContext context,
        FencedCommands commands,
        Prefetched prefetched,
        HeldKeys held,
        Commits commits,
        Gates gates) {

    Store store() {
        return context.store();
    }

    EventLoop loop() {
        return context.loop();
    }

    /** Now, on the clock of the event loop. */
    long now() {
        return context.loop().nanoTime();
    }

    /** What is on record of a job that waits has changed. */
    void know(Work work) {
        if (work.heldKey() == null) {
            prefetched.know(work.job());
        } else {
            held.know(work.heldKey(), work.job());
        }
    }

    /** The first entry that may start; null if there is none near enough to the head, or if too many keys are held. */
    @Nullable
    Slot firstRunnable() {
        return held.full() ? null : prefetched.first();
    }

    /** Whether the next owner will find the key of an entry held, so that it does not suspect the entry. */
    boolean heldOnRecord(Entry entry) {
        return entry instanceof Entry.Decoded decoded
                && held.onRecord(decoded.job().key());
    }
}
