package io.qbull.enqueue;

import java.time.Duration;

/** The pauses between attempts: short, because a caller waits for the answer. */
final class Backoff {
    private final Duration first;
    private final Duration longest;
    private Duration next;

    private Backoff(Duration first, Duration longest) {
        this.first = first;
        this.longest = longest;
        this.next = first;
    }

    /**
     * @return pauses after attempts without an answer
     */
    static Backoff afterFailures() {
        return new Backoff(Duration.ofMillis(50), Duration.ofMillis(500));
    }

    /**
     * @return pauses after refusals by a seal: shorter, because a resize seals the partitions only for a moment
     */
    static Backoff afterSeals() {
        return new Backoff(Duration.ofMillis(20), Duration.ofMillis(250));
    }

    /**
     * @return the pause before the next attempt; doubles with each call
     */
    Duration next() {
        Duration pause = next;
        Duration doubled = pause.multipliedBy(2);
        next = doubled.compareTo(longest) > 0 ? longest : doubled;
        return pause;
    }

    /** An attempt was answered: the next pause is the shortest again. */
    void reset() {
        next = first;
    }
}
