package io.qbull.lease;

import io.qbull.config.LeaseSettings;
import java.time.Duration;

/** How long to wait before an unanswered command about leases is sent again. */
final class RetryDelay {
    private static final Duration SHORTEST = Duration.ofMillis(50);

    private RetryDelay() {}

    /** A thirtieth of the TTL: several repeats fit between two renewals. */
    static Duration of(LeaseSettings settings) {
        Duration part = settings.leaseTtl().dividedBy(30);
        return part.compareTo(SHORTEST) < 0 ? SHORTEST : part;
    }
}
