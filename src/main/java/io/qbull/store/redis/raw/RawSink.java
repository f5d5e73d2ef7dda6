package io.qbull.store.redis.raw;

/** Gets jobs on a thread of the client, those of a partition in their order. Must not block. */
@FunctionalInterface
public interface RawSink {
    /**
     * @param body of a job
     */
    void take(byte[] body);
}
