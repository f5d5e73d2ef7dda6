package io.qbull.store.redis.client;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Pauses between attempts. Stateless. */
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

    /**
     * @param pause a pause after which the connections of many processes, lost at one moment, would all be opened at one moment
     * @return between half of it and all of it, at random
     */
    static Duration spread(Duration pause) {
        long nanos = pause.toNanos();
        return Duration.ofNanos(nanos - ThreadLocalRandom.current().nextLong(nanos / 2 + 1));
    }
}
