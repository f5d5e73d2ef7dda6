package io.qbull.engine;

import io.qbull.model.EnqueueException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of many jobs that were added together.
 *
 * @param accepted newly added
 * @param duplicates not added, because they had been added before
 * @param skipped left out by the route, on purpose
 * @param refusedCount not added, or not known to be
 * @param refused the first of these, in the order of their numbers
 * @param failure why it stopped before the end; null if it did not
 */
public record BulkResult(
        long accepted,
        long duplicates,
        long skipped,
        long refusedCount,
        List<Refused> refused,
        @Nullable EnqueueException failure) {
    /** The most refused jobs that are listed; the others are only counted. */
    public static final int MOST_LISTED = 1_000;

    /**
     * @param number of the job as its sender counts: a line, an index
     * @param reason one line, without the job's content
     */
    public record Refused(long number, String reason) {}
}
