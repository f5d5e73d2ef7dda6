package io.qbull.ops.status;

import io.qbull.ops.pause.PauseView;
import io.qbull.store.Inspector.PartitionStatus;
import io.qbull.store.Inspector.PartitionStatus.Read;
import io.qbull.store.Inspector.PartitionStatus.Unread;
import io.qbull.store.Inspector.QueueStatus;
import io.qbull.store.LayoutTable.Pod;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A queue's state as a table for a terminal. */
public final class StatusTable {
    private StatusTable() {}

    /**
     * @param status of a queue
     * @return complete lines
     */
    public static String of(QueueStatus.Present status) {
        return summary(status)
                + PauseView.lines(status.pauses())
                + twins(status.pods())
                + partitions(status.partitions());
    }

    private static String summary(QueueStatus.Present status) {
        List<Read> readable = status.readable();
        long backlog = readable.stream().mapToLong(Read::backlog).sum();
        long held = readable.stream().mapToLong(Read::held).sum();
        long dead = readable.stream().mapToLong(Read::dead).sum();
        long free = readable.stream().filter(p -> p.owner() == null).count();
        return String.format(
                Locale.ROOT,
                "%s: %s (layout %d), %d without owner, %s, backlog %d, held %d, dead %d%n",
                status.queue(),
                counted(status.partitionCount(), "partition"),
                status.layoutVersion(),
                free,
                counted(status.pods().size(), "pod"),
                backlog,
                held,
                dead);
    }

    private static String twins(List<Pod> pods) {
        return pods.stream()
                .filter(pod -> !pod.twin().isEmpty())
                .map(StatusTable::twin)
                .collect(Collectors.joining());
    }

    static String twin(Pod pod) {
        return String.format(
                "pod id %s is used by two processes, %s and %s: one of them may idle%n",
                pod.id(), pod.process(), pod.twin());
    }

    private static String partitions(List<PartitionStatus> partitions) {
        StringBuilder table = new StringBuilder(row(
                "PARTITION",
                "OWNER",
                "EPOCH",
                "LEASE AGE",
                "BACKLOG",
                "OLDEST",
                "IN FLIGHT",
                "HELD",
                "DELAYED",
                "DEAD"));
        for (PartitionStatus partition : partitions) {
            if (partition instanceof Read read) {
                table.append(row(read));
            } else if (partition instanceof Unread unread) {
                table.append(row(unread));
            }
        }
        return table.toString();
    }

    private static String counted(int count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    private static String row(Read partition) {
        String owner = partition.owner();
        return row(
                partition.index(),
                owner == null ? "-" : owner,
                partition.epoch() == null ? "-" : partition.epoch(),
                age(partition.leaseAgeMillis()),
                partition.backlog(),
                age(partition.oldestAgeMillis()),
                partition.inFlight(),
                partition.held(),
                partition.delayed(),
                partition.dead());
    }

    private static String row(Unread partition) {
        return String.format(Locale.ROOT, "%9s  %s%n", partition.index(), partition.error());
    }

    private static String row(Object... cells) {
        return String.format(Locale.ROOT, "%9s  %-36s %16s %10s %8s %10s %9s %6s %8s %6s%n", cells);
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
