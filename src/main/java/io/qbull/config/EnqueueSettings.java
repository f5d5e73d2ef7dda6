package io.qbull.config;

import io.qbull.model.JobFormat;
import java.time.Duration;

/**
 * How a producer adds jobs.
 *
 * @param deduplicationWindow how long a caller-given job id is remembered; zero = no deduplication
 * @param format how jobs are written
 * @param maxBodySize the largest body, in bytes
 * @param maxKeyLength the longest key, in bytes of UTF-8
 * @param batch the most jobs in one call to Redis, 1 to 500
 * @param enqueueTimeout how long a caller waits for an answer
 * @param maxBacklog the most jobs in a queue, an equal share for each partition; zero = any number
 */
public record EnqueueSettings(
        Duration deduplicationWindow,
        JobFormat format,
        int maxBodySize,
        int maxKeyLength,
        int batch,
        Duration enqueueTimeout,
        int maxBacklog) {
    /**
     * @throws IllegalArgumentException if a value breaks its rule
     */
    public EnqueueSettings {
        Rule.atLeast("deduplicationWindow", deduplicationWindow, Duration.ZERO);
        Rule.between("maxBodySize", maxBodySize, 0, 256 << 20);
        Rule.between("maxKeyLength", maxKeyLength, 1, 65_536);
        Rule.between("batch", batch, 1, 500);
        Rule.atLeast("enqueueTimeout", enqueueTimeout, Duration.ofMillis(1));
        Rule.between("maxBacklog", maxBacklog, 0, Integer.MAX_VALUE);
    }

    /**
     * @param partitions of the queue
     * @return entries at which a partition takes no more; zero = any number
     */
    public long backlogShare(int partitions) {
        return ((long) maxBacklog + partitions - 1) / partitions;
    }
}
