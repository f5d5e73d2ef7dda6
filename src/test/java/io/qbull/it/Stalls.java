package io.qbull.it;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Tells when this machine stood still. A virtual machine is paused by its host now and then, and all its processes with it; what
 * QBull promises about time begins to count again afterwards. A thread that does nothing but sleep notices each such pause. A pause
 * excuses only what was under way meanwhile.
 */
final class Stalls implements AutoCloseable {
    private static final long TICK = 20;
    /** What a busy scheduler may cost; a sleeper that is later than this was not the victim of the load alone. */
    private static final long NORMAL = Duration.ofMillis(200).toNanos();

    private final List<Span> pauses = new CopyOnWriteArrayList<>();
    private final Thread sleeper = new Thread(this::watch, "stalls");

    /** Begins to watch. */
    static Stalls watching() {
        Stalls stalls = new Stalls();
        stalls.sleeper.setDaemon(true);
        stalls.sleeper.start();
        return stalls;
    }

    /** All pauses since the start, added up. */
    Duration total() {
        return sum(pauses.stream().map(Span::length).toList());
    }

    /** How much of a time the machine stood still. */
    Duration within(Span time) {
        return sum(pauses.stream().map(time::shared).toList());
    }

    /** Whether a time is no longer than promised, the pauses within it left out. */
    boolean keeps(Duration promise, Span time) {
        return time.length().minus(within(time)).compareTo(promise) <= 0;
    }

    /** The sleeper slept from one moment to another, which is a pause if it is too long for a sleep. */
    void slept(long before, long now) {
        if (now - before > NORMAL) {
            pauses.add(new Span(before, now));
        }
    }

    private static Duration sum(List<Duration> durations) {
        return durations.stream().reduce(Duration.ZERO, Duration::plus);
    }

    private void watch() {
        long before = System.nanoTime();
        try {
            while (true) {
                Thread.sleep(TICK);
                long now = System.nanoTime();
                slept(before, now);
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
