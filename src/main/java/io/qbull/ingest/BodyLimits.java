package io.qbull.ingest;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;

/**
 * How much of request bodies may be in memory: of one request, and of all that are being read or wait for Redis. Thread-safe.
 */
public final class BodyLimits {
    private final IntSupplier largest;
    private final long most;
    private final AtomicLong held = new AtomicLong();

    /**
     * @param largest body in bytes, asked for each request
     * @param most bytes of all bodies together; at least one body of the largest size is let in
     */
    public BodyLimits(IntSupplier largest, long most) {
        this.largest = largest;
        this.most = most;
    }

    int largest() {
        return largest.getAsInt();
    }

    boolean take(long bytes) {
        if (held.addAndGet(bytes) <= Math.max(most, largest())) {
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
