package io.qbull.partition;

import io.qbull.runtime.EventLoop;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Reads the stream again from its head when keys are held no more whose jobs were passed by. Nothing runs, is uncommitted or unanswered
 * then: the stream and the held keys are all there is, as when a new owner begins, and order holds for the same reason. On the event
 * loop.
 */
final class SecondReading {
    /** Keys wait for each other so long, since each reading begins at the head. */
    private static final Duration REST = Duration.ofSeconds(1);
    /** The rest is longer the more there is to pass by, so that most of the time is spent on jobs. */
    private static final Duration REST_PER_BYTE = Duration.ofNanos(20);

    private final LeasedPartition partition;
    private final Runnable changed;
    private EventLoop.@Nullable Timer timer;

    /** Whether there will be another reading. */
    enum Phase {
        /** No key waits for one. */
        NONE,
        /** Keys wait, but the last reading was not long ago. */
        RESTING,
        /** It begins as soon as all is on record. */
        DUE
    }

    /**
     * @param partition whose stream is read
     * @param changed called when another reading may be due
     */
    SecondReading(LeasedPartition partition, Runnable changed) {
        this.partition = partition;
        this.changed = changed;
    }

    Phase phase() {
        if (!partition.held().anyReturning()) {
            return Phase.NONE;
        }
        return timer == null ? Phase.DUE : Phase.RESTING;
    }

    /** Begins. All is on record, and no fetch is under way. */
    void begin() {
        Duration rest =
                REST.plus(REST_PER_BYTE.multipliedBy(partition.prefetched().readAgain()));
        partition.held().readAgain();
        timer = partition.loop().schedule(rest, () -> {
            timer = null;
            changed.run();
        });
    }

    /** Begins no more. */
    void end() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
