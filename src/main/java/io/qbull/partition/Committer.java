package io.qbull.partition;

import io.qbull.model.EntryId;
import io.qbull.runtime.EventLoop;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sends the commits of finished jobs, one at a time, in batches. On the event loop. */
final class Committer {
    private final LeasedPartition partition;
    private final Duration interval;
    private final StallReason stall;
    private EventLoop.@Nullable Timer timer;

    /**
     * @param partition whose finished jobs are committed
     * @param interval the longest that a finished job waits for others; zero = it never waits
     * @param stall is told when jobs have left the partition
     */
    Committer(LeasedPartition partition, Duration interval, StallReason stall) {
        this.partition = partition;
        this.interval = interval;
        this.stall = stall;
    }

    /** Whether finished jobs wait and no commit is under way. */
    boolean mayCommit() {
        return !partition.commits().isOutstanding() && partition.commits().anyWaiting();
    }

    /**
     * Commits at once when a batch is full or nothing is gained by waiting, else when the oldest job has waited for the interval.
     * Called only if {@link #mayCommit}.
     *
     * @param idle whether no other job is about to end
     */
    void commitIfDue(boolean idle) {
        Commits commits = partition.commits();
        if (idle || commits.full() || commits.awaited() || interval.isZero()) {
            commit();
        } else if (timer == null) {
            timer = partition.loop().schedule(interval, () -> {
                timer = null;
                if (mayCommit()) {
                    commit();
                }
            });
        }
    }

    /** Commits nothing more. */
    void end() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private void commit() {
        end();
        List<EntryId> done = partition.commits().send();
        partition.commands().perform(() -> partition.store().jobs().commit(partition.lease(), done), answer -> {
            partition.commits().answered(partition.prefetched()::committed);
            stall.moved(partition.now());
        });
    }
}
