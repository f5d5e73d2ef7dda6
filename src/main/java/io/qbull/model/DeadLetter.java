package io.qbull.model;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job that was given up, as it lies in a dead-letter stream.
 *
 * @param partition whose stream
 * @param entry what was buried, at its place among the dead letters
 * @param bodyLength bytes of the whole body, of which the entry may hold the beginning only; 0 if it has no field {@code body}
 * @param fields what was buried, as it is: names to values
 * @param burial what was written down then
 */
public record DeadLetter(
        PartitionId partition, Entry entry, long bodyLength, Map<String, byte[]> fields, Burial burial) {
    /**
     * Why, when and by whom. What is missing or cannot be read is null.
     *
     * @param reason one line
     * @param exception its class, if one was written down
     * @param attempts how often the job had run
     * @param failedAtMillis when, in milliseconds since 1970
     * @param epoch of the lease
     */
    public record Burial(
            @Nullable String reason,
            @Nullable String exception,
            @Nullable Integer attempts,
            @Nullable Long failedAtMillis,
            @Nullable String epoch) {}

    /**
     * @return what tells it from every other one of its queue
     */
    public DeadPlace place() {
        return new DeadPlace(partition.index(), entry.streamId());
    }

    /**
     * @return its job; null if the entry cannot be read as one
     */
    public @Nullable Job job() {
        return entry instanceof Entry.Decoded decoded ? decoded.job() : null;
    }
}
