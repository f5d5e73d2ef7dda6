package io.qbull.partition;

import io.qbull.model.Entry;
import io.qbull.model.Segment;
import io.qbull.store.HeldJobs.Parked;
import io.qbull.store.HeldJobs.Unpacked;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Puts jobs among the held ones again that were held when they moved here. That is done before anything behind them in the log is taken, so
 * that no job of their keys overtakes them. On the event loop.
 */
final class Arrivals {
    private final LeasedPartition partition;
    private final Predicate<String> leaves;
    private boolean loaded;
    private @Nullable Runnable waiting;

    /**
     * @param partition in which jobs arrive
     * @param leaves whether a key moves on; then its jobs stay as they are
     */
    Arrivals(LeasedPartition partition, Predicate<String> leaves) {
        this.partition = partition;
        this.leaves = leaves;
    }

    /**
     * @param read what was read of the log
     * @return the jobs of the first segment among it that are to be held again; none if there are none
     */
    List<Parked> in(List<Entry> read) {
        List<Parked> arrived = new ArrayList<>();
        Segment segment = null;
        for (Entry entry : read) {
            boolean ofOne = segment == null || segment.equals(entry.id().segment());
            if (ofOne && entry instanceof Entry.Arrived job && !leaves.test(job.key())) {
                segment = job.id().segment();
                arrived.add(new Parked(job.id(), job.key()));
            }
        }
        return arrived;
    }

    /** All keys that were held before are known, and what a resize keeps back. What waits for that is read again. */
    void loaded() {
        loaded = true;
        if (waiting != null) {
            waiting.run();
            waiting = null;
        }
    }

    /**
     * @param jobs what {@link #in} returned
     * @param then called when they are held, or when that is to be tried again
     */
    void unpack(List<Parked> jobs, Runnable then) {
        if (loaded) {
            send(jobs, then);
        } else {
            waiting = then;
        }
    }

    private void send(List<Parked> jobs, Runnable then) {
        HeldKeys held = partition.held();
        Set<HeldKey> keys = new LinkedHashSet<>();
        for (Parked job : jobs) {
            HeldKey known = held.find(job.key());
            if (known == null || !keys.contains(known)) {
                keys.add(held.touch(job.key()));
            }
        }
        partition.commands().perform(() -> partition.store().held().unpack(partition.lease(), jobs), answer -> {
            if (answer instanceof Unpacked.Done done) {
                keys.stream()
                        .filter(key -> done.keys().containsKey(key.name))
                        .forEach(key -> held.grow(key, done.keys().get(key.name), partition.now()));
            }
            keys.forEach(held::untouch);
            then.run();
        });
    }
}
