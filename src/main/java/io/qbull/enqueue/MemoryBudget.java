package io.qbull.enqueue;

import java.util.concurrent.atomic.AtomicLong;

/** Bounds the memory of all jobs whose callers wait, across all lanes. Thread-safe. */
final class MemoryBudget {
    /** Twice what eight full lanes hold, and small next to a usual heap. */
    static final long BYTES = 256L << 20;

    private final AtomicLong taken = new AtomicLong();

    /**
     * @param size of a job, in bytes
     * @return whether the job may enter; a lone job always may
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
