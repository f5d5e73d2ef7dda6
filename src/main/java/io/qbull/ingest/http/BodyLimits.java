package io.qbull.ingest.http;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much of request bodies may be in memory: of one request, and of all that are being read or wait for Redis. Thread-safe.
 */
public final class BodyLimits {
    private final QueueLimits queues;
    private final long most;
    private final AtomicLong held = new AtomicLong();

    /**
     * @param queues say how large a body may be
     * @param most bytes of all bodies together; at least one body of the largest size is let in
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
     * @param alone what is let in even if it is more than all bodies may have together
     */
    boolean take(long bytes, long alone) {
        if (held.addAndGet(bytes) <= Math.max(most, alone)) {
            return true;
        }
        held.addAndGet(-bytes);
        return false;
    }

    /**
     * @param bytes of memory that is in use already
     */
    void use(long bytes) {
        held.addAndGet(bytes);
    }

    /**
     * @return whether requests with many jobs must wait, so that there is room for those with one
     */
    boolean tight() {
        return held.get() >= most / 2;
    }

    void giveBack(long bytes) {
        held.addAndGet(-bytes);
    }

    long held() {
        return held.get();
    }
}
