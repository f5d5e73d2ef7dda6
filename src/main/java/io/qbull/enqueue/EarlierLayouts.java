package io.qbull.enqueue;

import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.store.ResizeTable.Earlier;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The layouts before the current one whose partitions may still remember ids of jobs that were added by them. Immutable. */
final class EarlierLayouts {
    static final EarlierLayouts NONE = new EarlierLayouts(List.of());

    /** As good as for ever, and far from an overflow. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private final List<Remembered> layouts;
    private final long end;

    /**
     * @param layout the layout
     * @param until the loop's time when the last id is forgotten
     */
    private record Remembered(Layout layout, long until) {}

    private EarlierLayouts(List<Remembered> layouts) {
        this.layouts = layouts;
        this.end = layouts.stream().mapToLong(Remembered::until).max().orElse(0);
    }

    /**
     * @param earlier what was read
     * @param version version of the layout that jobs are added by; later ones are ignored
     * @param now the loop's time after it was read
     */
    static EarlierLayouts of(Collection<Earlier> earlier, int version, long now) {
        List<Remembered> layouts = earlier.stream()
                .filter(each ->
                        each.layout().version() < version && !each.memory().isZero())
                .map(each -> new Remembered(each.layout(), now + nanos(each.memory())))
                .toList();
        return layouts.isEmpty() ? NONE : new EarlierLayouts(layouts);
    }

    private static long nanos(Duration memory) {
        return (memory.compareTo(LONGEST) > 0 ? LONGEST : memory).toNanos();
    }

    /**
     * @param now the loop's time
     * @return whether no id is remembered any more
     */
    boolean forgotten(long now) {
        return layouts.isEmpty() || end - now <= 0;
    }

    /**
     * @param identity whose job
     * @param key key of the job
     * @param current its partition by the current layout, which need not be asked
     * @param now the loop's time
     * @return the other partitions that may remember the id of a job with that key
     */
    Set<PartitionId> partitionsOf(ProducerIdentity identity, String key, PartitionId current, long now) {
        Set<PartitionId> partitions = new TreeSet<>();
        for (Remembered each : layouts) {
            if (each.until - now > 0) {
                partitions.add(each.layout.partitionOf(identity.queue(), identity.keyHash(), key));
            }
        }
        partitions.remove(current);
        return partitions;
    }
}
