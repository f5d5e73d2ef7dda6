package io.qbull.ingest.http;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the memory of request bodies: of one request, and of all requests that are being read or wait for Redis. Thread-safe.
 */
public final class BodyLimits {
    private final QueueLimits queues;
    private final long most;
    private final AtomicLong inUse = new AtomicLong();

    /**
     * @param queues say how large a body may be
     * @param most bytes of all bodies together; one body of the largest size is always admitted
     */
    public BodyLimits(QueueLimits queues, long most) {
        this.queues = queues;
        this.most = most;
    }

    /**
     * @param path of the request, decoded and normalized
     * @return the largest body in bytes
     */
    int largest(String path) {
        return queues.bodySize(JobRequest.queueAt(path));
    }

    /**
     * @param bytes of memory
     * @param alone bytes that a single body may take even if they exceed the bound of all bodies
     * @return whether the bytes are taken
     */
    boolean take(long bytes, long alone) {
        if (inUse.addAndGet(bytes) <= Math.max(most, alone)) {
            return true;
        }
        inUse.addAndGet(-bytes);
        return false;
    }

    /**
     * Takes memory that cannot be refused any more.
     *
     * @param bytes of memory
     */
    void use(long bytes) {
        inUse.addAndGet(bytes);
    }

    /**
     * @return whether requests with many jobs must wait and leave the remaining memory to those with one
     */
    boolean tight() {
        return inUse.get() >= most / 2;
    }

    void giveBack(long bytes) {
        inUse.addAndGet(-bytes);
    }

    long inUse() {
        return inUse.get();
    }
}
