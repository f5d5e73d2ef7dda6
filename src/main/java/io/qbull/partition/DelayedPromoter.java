package io.qbull.partition;

import io.qbull.runtime.EventLoop;
import io.qbull.store.DelayedJobs.Promotion;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Has delayed jobs moved into the stream when they are due. On the event loop. */
final class DelayedPromoter {
    private static final int MOST_PROMOTED = 100;
    /** A longer wait is asked for anew: Redis's clock counts, and clocks drift apart. */
    private static final Duration GLANCE = Duration.ofMinutes(1);

    private final LeasedPartition partition;
    private final Fetcher fetcher;
    private final int mostBytes;
    private final BooleanSupplier working;
    private boolean promoting;
    /** Until all held keys are known, what was lost in Redis may be being tied together again, which a promotion takes for a loss. */
    private boolean loaded;

    /** Jobs were due before. */
    private boolean overdue;

    private EventLoop.@Nullable Timer timer;

    /**
     * @param partition whose jobs are promoted
     * @param fetcher reads what was promoted
     * @param mostBytes are promoted at once
     * @param working whether the owner still promotes
     */
    DelayedPromoter(LeasedPartition partition, Fetcher fetcher, int mostBytes, BooleanSupplier working) {
        this.partition = partition;
        this.fetcher = fetcher;
        this.mostBytes = mostBytes;
        this.working = working;
    }

    /**
     * @param dueIn until the next job is due, by Redis's clock; null if there is none
     */
    void plan(@Nullable Duration dueIn) {
        // The answer to a promotion will know better.
        if (!promoting) {
            setTimer(dueIn);
        }
    }

    /** All held keys are known: promotes what has become due meanwhile. */
    void loaded() {
        loaded = true;
        if (overdue) {
            promote();
        }
    }

    /** The lease has ended. */
    void end() {
        setTimer(null);
    }

    private void setTimer(@Nullable Duration dueIn) {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        if (dueIn != null) {
            timer = partition.loop().schedule(dueIn.compareTo(GLANCE) < 0 ? dueIn : GLANCE, this::promote);
        }
    }

    private void promote() {
        if (promoting || !working.getAsBoolean()) {
            return;
        }
        if (!loaded) {
            overdue = true;
            return;
        }
        promoting = true;
        partition
                .commands()
                .perform(
                        () -> partition.store().delayed().promote(partition.lease(), MOST_PROMOTED, mostBytes),
                        answer -> {
                            promoting = false;
                            if (answer instanceof Promotion.Promoted done) {
                                if (done.count() > 0) {
                                    fetcher.expectMore();
                                }
                                setTimer(done.dueIn());
                            }
                        });
    }
}
