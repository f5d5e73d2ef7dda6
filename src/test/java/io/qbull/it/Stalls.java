package io.qbull.it;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Detects pauses of this machine. A host pauses a virtual machine now and then, with all its processes, and QBull's promises about time
 * do not cover that. A thread that only sleeps notices each pause. A pause excuses only what was under way meanwhile.
 */
final class Stalls implements AutoCloseable {
    private static final long TICK = 20;
    /** Delay that a busy scheduler alone may cause; a sleep that is later shows a pause. */
    private static final long NORMAL = Duration.ofMillis(200).toNanos();

    private final List<Span> pauses = new CopyOnWriteArrayList<>();
    private final Thread sleeper = new Thread(this::watch, "stalls");

    /** Starts to watch. */
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

    /** How long the machine was paused within a period. */
    Duration within(Span time) {
        return sum(pauses.stream().map(time::shared).toList());
    }

    /** Whether a period without its pauses is no longer than promised. */
    boolean keeps(Duration promise, Span time) {
        return time.length().minus(within(time)).compareTo(promise) <= 0;
    }

    /** Records that the thread slept from one moment to another, which is a pause if it is too long for a sleep. */
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
