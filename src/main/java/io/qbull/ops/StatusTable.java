package io.qbull.ops;

import io.qbull.store.Inspector.PartitionSight;
import io.qbull.store.Inspector.QueueSight;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A queue's state as a table for a terminal. */
public final class StatusTable {
    private StatusTable() {}

    /**
     * @param sight a queue
     * @return lines, the last one ended
     */
    public static String of(QueueSight.Present sight) {
        long backlog =
                sight.partitions().stream().mapToLong(PartitionSight::backlog).sum();
        long dead = sight.partitions().stream().mapToLong(PartitionSight::dead).sum();
        long free = sight.partitions().stream().filter(p -> p.owner() == null).count();
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "%s: %s (layout %d), %d without owner, %s, backlog %d, dead %d%n",
                sight.queue(),
                counted(sight.partitionCount(), "partition"),
                sight.layoutVersion(),
                free,
                counted(sight.pods().size(), "pod"),
                backlog,
                dead));
        table.append(row("PARTITION", "OWNER", "EPOCH", "LEASE AGE", "BACKLOG", "OLDEST", "IN FLIGHT", "DEAD"));
        for (PartitionSight partition : sight.partitions()) {
            String owner = partition.owner();
            table.append(row(
                    partition.index(),
                    owner == null ? "-" : owner,
                    partition.epoch() == null ? "-" : partition.epoch(),
                    age(partition.leaseAgeMillis()),
                    partition.backlog(),
                    age(partition.oldestAgeMillis()),
                    partition.inFlight(),
                    partition.dead()));
        }
        return table.toString();
    }

    private static String counted(int count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    private static String row(Object... cells) {
        return String.format(Locale.ROOT, "%9s  %-36s %16s %10s %8s %10s %9s %6s%n", cells);
    }

    private static String age(@Nullable Long millis) {
        if (millis == null) {
            return "-";
        }
        long seconds = millis / 1000;
        if (seconds < 1) {
            return millis + "ms";
        }
        return seconds < 120 ? seconds + "s" : seconds < 7200 ? seconds / 60 + "m" : seconds / 3600 + "h";
    }
}
