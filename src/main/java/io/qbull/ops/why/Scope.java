package io.qbull.ops.why;

import io.qbull.model.JobId;
import org.jspecify.annotations.Nullable;

/**
 * What is asked about in a queue: a partition, a key, a job, or everything.
 *
 * @param partition index of the only partition; null = all
 * @param key the only key; null = any
 * @param id the only job; null = any
 */
public record Scope(
        @Nullable Integer partition,
        @Nullable String key,
        @Nullable JobId id) {
    /** The whole queue. */
    public static final Scope ALL = new Scope(null, null, null);

    /**
     * @throws IllegalArgumentException if a partition is named beside a key or an id
     */
    public Scope {
        if (partition != null && (key != null || id != null)) {
            throw new IllegalArgumentException("A key or an id says which partition: leave the partition out.");
        }
        if (partition != null && partition < 0) {
            throw new IllegalArgumentException("partition must be 0 or more.");
        }
    }

    boolean aboutJobs() {
        return key != null || id != null;
    }
}
