package io.qbull.partition;

import io.qbull.model.Segment;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Has segments forgotten that are empty and get no more jobs. On the event loop. */
final class FinishedSegments {
    private final LeasedPartition partition;
    private final Fetcher fetcher;
    /** Those that were tried, and of which no entry was read since. */
    private final Set<Segment> tried = new HashSet<>();

    /**
     * @param partition whose segments they are
     * @param fetcher knows which versions have started, and reads what is left
     */
    FinishedSegments(LeasedPartition partition, Fetcher fetcher) {
        this.partition = partition;
        this.fetcher = fetcher;
    }

    /** Jobs have left segments without having been read. */
    void lookAgain() {
        tried.clear();
    }

    /** Does so if all that was read of such a segment has left it. */
    void tidy() {
        Set<Segment> known = partition.prefetched().cursor().segments().keySet();
        // At once: by the time all is settled, what was read may have left again.
        tried.removeIf(
                segment -> !known.contains(segment) || partition.prefetched().hasAnyOf(segment));
        boolean settled =
                partition.commands().underWay() == 0 && partition.commits().size() == 0;
        if (known.isEmpty() || !settled || !fetcher.atEnd()) {
            return;
        }
        List<Segment> finished = known.stream()
                .filter(segment -> segment.version() <= fetcher.started())
                .filter(segment -> !partition.prefetched().hasAnyOf(segment))
                .filter(tried::add)
                .toList();
        if (!finished.isEmpty()) {
            partition
                    .commands()
                    .perform(() -> partition.store().jobs().tidy(partition.lease(), finished), done -> fetcher.call());
        }
    }
}
