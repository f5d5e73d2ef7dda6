package io.qbull.partition;

import io.qbull.runtime.EventLoop;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One timer for all pauses of held keys: set for the key that gets ready first. On the event loop. */
final class PauseTimer {
    private final LeasedPartition partition;
    private final Runnable ready;
    private EventLoop.@Nullable Timer timer;
    /** What the timer is set for, on the clock of the event loop. */
    private long due;

    /**
     * @param partition whose keys wait
     * @param ready called when the first pause is over
     */
    PauseTimer(LeasedPartition partition, Runnable ready) {
        this.partition = partition;
        this.ready = ready;
    }

    /** Follows the key that is first now. */
    void set() {
        HeldKey first = partition.held().firstWaiting();
        if (timer != null && (first == null || first.due != due)) {
            end();
        }
        if (first != null && timer == null) {
            due = first.due;
            timer = partition.loop().schedule(Duration.ofNanos(Math.max(0, due - partition.now())), () -> {
                timer = null;
                ready.run();
            });
        }
    }

    void end() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
