package io.qbull.ingest;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much of request bodies may be in memory: of one request, and of all that are being read or wait for Redis. Thread-safe.
 */
public final class BodyLimits {
    private final int largest;
    private final long most;
    private final AtomicLong held = new AtomicLong();

    /**
     * @param largest body in bytes
     * @param most bytes of all bodies together; at least one body of the largest size is let in
     */
    public BodyLimits(int largest, long most) {
        this.largest = largest;
        this.most = Math.max(largest, most);
    }

    int largest() {
        return largest;
    }

    boolean take(long bytes) {
        if (held.addAndGet(bytes) <= most) {
            return true;
        }
        held.addAndGet(-bytes);
        return false;
    }

    void giveBack(long bytes) {
        held.addAndGet(-bytes);
    }

    long held() {
        return held.get();
    }
}
