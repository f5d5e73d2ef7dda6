package io.qbull.enqueue;

import java.time.Duration;

/** The pauses between attempts: short, because a caller waits for the answer. */
final class Backoff {
    private static final Duration FIRST = Duration.ofMillis(50);
    private static final Duration LONGEST = Duration.ofMillis(500);

    private Duration next = FIRST;

    /**
     * @return the pause before the next attempt; doubles with each call
     */
    Duration next() {
        Duration pause = next;
        Duration doubled = pause.multipliedBy(2);
        next = doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
        return pause;
    }

    /** An attempt was answered: the next pause is the shortest again. */
    void reset() {
        next = FIRST;
    }
}
