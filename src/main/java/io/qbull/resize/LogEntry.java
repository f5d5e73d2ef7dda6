package io.qbull.resize;

import static java.util.Objects.requireNonNull;

import io.qbull.model.Position;
import org.jspecify.annotations.Nullable;

/**
 * A job that was read from the log of a partition in order to move it.
 *
 * @param position where it is
 * @param hash hash of its key; null if its key cannot be told, and then it stays
 * @param content what is copied
 * @param <E> the type of that
 */
public record LogEntry<E>(Position position, @Nullable Long hash, E content) {
    /**
     * @param plan a resize
     * @param partition index of the partition in which the job is
     * @return whether it moves to another one
     */
    public boolean leaves(ResizePlan plan, int partition) {
        return hash != null && plan.leaves(hash, partition);
    }

    /** The index of its partition under the new layout. Asked only of an entry whose key is known. */
    int target(ResizePlan plan) {
        return plan.target(requireNonNull(hash));
    }
}
