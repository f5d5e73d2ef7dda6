package io.qbull.partition;

import java.time.Duration;

/** Looks again while memory is lacking: what other pumps free is no event of this one. On the event loop. */
final class MemoryTimer {
    private static final Duration LOOK = Duration.ofMillis(100);

    private final LeasedPartition partition;
    private final Runnable look;
    private boolean set;

    /**
     * @param partition whose jobs need memory
     * @param look called when there may be more
     */
    MemoryTimer(LeasedPartition partition, Runnable look) {
        this.partition = partition;
        this.look = look;
    }

    /** Memory is lacking now. */
    void set() {
        if (!set) {
            set = true;
            partition.loop().schedule(LOOK, () -> {
                set = false;
                look.run();
            });
        }
    }
}
