package io.qbull.model;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A buried job, as it is in a dead-letter stream.
 *
 * @param partition the partition of the stream
 * @param entry the buried entry, with its id in the dead-letter stream
 * @param bodyLength bytes of the whole body, which may be cut in the entry; 0 without a field {@code body}
 * @param fields the buried fields as they are: names to values
 * @param burial what was recorded at the burial
 */
public record DeadLetter(
        PartitionId partition, Entry entry, long bodyLength, Map<String, byte[]> fields, Burial burial) {
    /**
     * Why and when a job was buried, and under which lease. A value that is missing or unreadable is null.
     *
     * @param reason one line
     * @param exception class name of the exception
     * @param attempts number of runs
     * @param failedAtMillis time of the burial, ms since 1970
     * @param epoch epoch of the lease
     */
    public record Burial(
            @Nullable String reason,
            @Nullable String exception,
            @Nullable Integer attempts,
            @Nullable Long failedAtMillis,
            @Nullable String epoch) {}

    /**
     * @return its place, unique within the queue
     */
    public DeadPlace place() {
        return new DeadPlace(partition.index(), entry.streamId());
    }

    /**
     * @param layout a layout of its queue
     * @param hash the key hash
     * @return index of the partition where it belongs by that layout: that of its key. If it has none, that is its own as long as the layout
     *     has it
     */
    public int home(Layout layout, KeyHash hash) {
        Job job = job();
        // A foreign entry has its own id as its key.
        return job == null || job.key().equals(entry.streamId().toString())
                ? partition.index() % layout.partitions()
                : layout.indexOf(hash, job.key());
    }

    /**
     * @return its job; null if the entry cannot be read as one
     */
    public @Nullable Job job() {
        return entry instanceof Entry.Decoded decoded ? decoded.job() : null;
    }
}
