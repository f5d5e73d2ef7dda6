package io.qbull.ops.deletion;

import io.qbull.store.DeletionTable.Belongings;
import io.qbull.store.Inspector.PartitionStatus.Read;
import io.qbull.store.Inspector.QueueStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/**
 * What is deleted with a queue.
 *
 * @param partitions how many partitions it has
 * @param toDo jobs that are due, or wait behind a failed one
 * @param delayed jobs that are not due
 * @param dead dead letters
 * @param windows collection windows that are not sent on
 * @param files unfinished files
 */
public record Contents(int partitions, long toDo, long delayed, long dead, long windows, long files) {
    static Contents of(QueueStatus.Present status, Belongings more) {
        return new Contents(
                more.partitions(),
                sum(status, Read::backlog) + sum(status, Read::held),
                sum(status, Read::delayed),
                sum(status, Read::dead),
                more.windows(),
                more.files());
    }

    private static long sum(QueueStatus.Present status, ToLongFunction<Read> figure) {
        return status.readable().stream().mapToLong(figure).sum();
    }

    /**
     * @return how many things a person would miss
     */
    public long total() {
        return toDo + delayed + dead + windows + files;
    }

    /**
     * @return such as {@code 12 jobs to do, 1 dead letter}; {@code no jobs} if there is nothing
     */
    public String text() {
        List<String> parts = new ArrayList<>();
        add(parts, toDo, "job to do", "jobs to do");
        add(parts, delayed, "delayed job", "delayed jobs");
        add(parts, dead, "dead letter", "dead letters");
        add(parts, windows, "collection window", "collection windows");
        add(parts, files, "unfinished file", "unfinished files");
        return parts.isEmpty() ? "no jobs" : String.join(", ", parts);
    }

    private static void add(List<String> parts, long count, String one, String many) {
        if (count > 0) {
            parts.add(String.format(Locale.ROOT, "%,d %s", count, count == 1 ? one : many));
        }
    }
}
