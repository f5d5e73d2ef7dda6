package io.qbull.engine;

import io.qbull.model.EnqueueException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of many jobs that came together.
 *
 * @param accepted newly added
 * @param duplicates not added, for they had been before
 * @param refusedCount not added, or not known to be
 * @param refused the first of these, by number
 * @param failure why reading stopped before the end; null if it did not
 */
public record BulkResult(
        long accepted,
        long duplicates,
        long refusedCount,
        List<Refused> refused,
        @Nullable EnqueueException failure) {
    /** So many refused jobs are listed; the others are counted. */
    public static final int MOST_LISTED = 1_000;

    /**
     * @param number of the job among those that came, as whoever gave it counts: a line, an index
     * @param reason one line, without the job's content
     */
    public record Refused(long number, String reason) {}
}
