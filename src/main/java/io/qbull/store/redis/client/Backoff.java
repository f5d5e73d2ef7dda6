package io.qbull.store.redis.client;

import java.time.Duration;

/** Pauses between attempts. Pure. */
final class Backoff {
    private Backoff() {}

    /**
     * @param pause the pause before the last attempt
     * @param longest the limit
     * @return twice as long, at most {@code longest}
     */
    static Duration next(Duration pause, Duration longest) {
        Duration doubled = pause.multipliedBy(2);
        return doubled.compareTo(longest) < 0 ? doubled : longest;
    }
}
