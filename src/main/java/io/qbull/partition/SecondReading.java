package io.qbull.partition;

import io.qbull.runtime.EventLoop;
import java.time.Duration;
import java.util.function.BooleanSupplier;
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
    /** Beyond this a rest that was too short does not double. */
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final LeasedPartition partition;
    private final BooleanSupplier urgent;
    private final Runnable changed;
    private EventLoop.@Nullable Timer timer;
    /** When the last reading began, on the clock of the event loop. */
    private long began;
    /** When it had come as far as the one before; null if it has not. */
    private @Nullable Long regained;

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
     * @param urgent whether another reading is due whatever is held, and however long ago the last one was
     * @param changed called when another reading may be due
     */
    SecondReading(LeasedPartition partition, BooleanSupplier urgent, Runnable changed) {
        this.partition = partition;
        this.urgent = urgent;
        this.changed = changed;
    }

    Phase phase() {
        if (urgent.getAsBoolean()) {
            return Phase.DUE;
        }
        if (!partition.held().anyReturning()) {
            return Phase.NONE;
        }
        return timer == null ? Phase.DUE : Phase.RESTING;
    }

    /** Begins. All is on record, and no fetch is under way. */
    void begin() {
        end();
        Duration rest =
                REST.plus(REST_PER_BYTE.multipliedBy(partition.prefetched().readAgain()));
        partition.held().readAgain();
        began = partition.now();
        regained = null;
        rest(rest);
    }

    /** Something may have been read. */
    void follow() {
        if (regained == null && partition.prefetched().caughtUp()) {
            regained = partition.now();
        }
    }

    private void rest(Duration rest) {
        long before = partition.prefetched().passed();
        timer = partition.loop().schedule(rest, () -> {
            timer = null;
            Duration more = more(rest, before);
            if (more.isZero()) {
                changed.run();
            } else {
                rest(more);
            }
        });
    }

    /**
     * If the next reading began before this one has come further than the one before, nothing behind would ever have its turn.
     *
     * @param rest that is over
     * @param before {@link Prefetched#passed} at its beginning
     * @return how much longer the next reading must wait
     */
    private Duration more(Duration rest, long before) {
        if (regained != null) {
            // What is behind gets as much time as it took to come there.
            long behind = partition.now() - regained;
            return Duration.ofNanos(Math.max(0, regained - began - behind));
        }
        // One that passes nothing by has jobs to run, which leave the stream, or all waits for another reading.
        boolean passes = partition.prefetched().passed() != before;
        return passes ? longer(rest) : Duration.ZERO;
    }

    private static Duration longer(Duration rest) {
        return rest.compareTo(LONGEST) < 0 ? rest.multipliedBy(2) : rest;
    }

    /** Begins no more by itself. */
    void end() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
