package io.qbull.enqueue;

import java.util.concurrent.atomic.AtomicLong;

/** Bounds the memory of all jobs whose callers wait, over all lanes. Thread-safe. */
final class MemoryBudget {
    /** Twice what eight lanes may hold at their bounds, and small beside a usual heap. */
    static final long BYTES = 256L << 20;

    private final AtomicLong taken = new AtomicLong();

    /**
     * @param size of a job, in bytes
     * @return whether it may enter; a job that is alone always may
     */
    boolean enter(long size) {
        long before = taken.getAndAdd(size);
        if (before > 0 && before + size > BYTES) {
            taken.addAndGet(-size);
            return false;
        }
        return true;
    }

    /**
     * @param size of a job that had entered
     */
    void leave(long size) {
        taken.addAndGet(-size);
    }
}
