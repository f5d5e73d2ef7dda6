package io.qbull.ops.status;

import io.qbull.store.Inspector.PartitionStatus.Progress;
import io.qbull.store.Inspector.PartitionStatus.Read;
import io.qbull.store.Inspector.QueueStatus;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How fast jobs come to a queue and end. No counter is kept for each job: owners say with each renewal how many have ended, and what came
 * is what ended and what there is more to do.
 *
 * @param in jobs a second that came or became due; null if that is not known
 * @param out jobs a second that succeeded or were given up; null if an owner has not said it
 * @param change jobs a second by which those to do become more
 */
record Rates(@Nullable Long in, @Nullable Long out, long change) {
    /**
     * @param then a queue
     * @param now the same a while later
     * @param between how much later
     */
    static Rates of(QueueStatus.Present then, QueueStatus.Present now, Duration between) {
        double seconds = between.toNanos() / 1e9;
        double change = (toDo(now) - toDo(then)) / seconds;
        Double out = out(then, now);
        // The two are not measured at quite the same time.
        Long in = out == null ? null : (Long) Math.max(0, Math.round(out + change));
        return new Rates(in, out == null ? null : (Long) Math.round(out), Math.round(change));
    }

    /** Jobs that are due or wait behind a failed one. */
    static long toDo(QueueStatus.Present queue) {
        return queue.readable().stream()
                .mapToLong(each -> each.backlog() + each.held())
                .sum();
    }

    private static @Nullable Double out(QueueStatus.Present then, QueueStatus.Present now) {
        Map<Integer, Read> before =
                then.readable().stream().collect(Collectors.toMap(Read::index, Function.identity()));
        double sum = 0;
        for (Read partition : now.readable()) {
            Double out = out(before.get(partition.index()), partition);
            if (out == null) {
                return null;
            }
            sum += out;
        }
        return sum;
    }

    private static @Nullable Double out(@Nullable Read then, Read now) {
        if (now.owner() == null) {
            return 0.0;
        }
        Progress before = then == null || !String.valueOf(then.epoch()).equals(now.epoch()) ? null : then.progress();
        Progress after = now.progress();
        if (before == null || after == null || after.atMillis() <= before.atMillis()) {
            return null;
        }
        return (after.done() - before.done()) * 1000.0 / (after.atMillis() - before.atMillis());
    }
}
