package io.qbull.it;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Tells how long this machine stood still. A virtual machine is paused by its host now and then, and all its processes with it; what
 * QBull promises about time begins to count again afterwards. A thread that does nothing but sleep notices each such pause.
 */
final class Stalls implements AutoCloseable {
    private static final long TICK = 20;
    /** What a busy scheduler may cost; a sleeper that is later than this was not the victim of the load alone. */
    private static final long NORMAL = Duration.ofMillis(200).toNanos();

    private final AtomicLong sum = new AtomicLong();
    private final Thread sleeper = new Thread(this::watch, "stalls");

    Stalls() {
        sleeper.setDaemon(true);
        sleeper.start();
    }

    /** All pauses since the start, added up. */
    Duration total() {
        return Duration.ofNanos(sum.get());
    }

    private void watch() {
        long before = System.nanoTime();
        try {
            while (true) {
                Thread.sleep(TICK);
                long now = System.nanoTime();
                if (now - before > NORMAL) {
                    sum.addAndGet(now - before);
                }
                before = now;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        sleeper.interrupt();
    }
}
