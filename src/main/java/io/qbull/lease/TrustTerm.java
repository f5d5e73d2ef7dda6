package io.qbull.lease;

import io.qbull.config.LeaseSettings;
import java.time.Duration;

/**
 * How long this pod trusts a lease, on the loop's monotonic clock. A term starts when the command that earned it is sent, not when its
 * answer arrives, so a slow answer shortens it and never stretches it. It ends a margin before the lease expires in Redis.
 *
 * @param end the first instant without trust, in nanoseconds of {@code EventLoop.nanoTime()}
 */
record TrustTerm(long end) {
    /**
     * @param sent when the acquisition or renewal was sent
     * @param settings gives the TTL and the margin
     * @return the term that it earns once it succeeds
     */
    static TrustTerm startingAt(long sent, LeaseSettings settings) {
        return new TrustTerm(sent + settings.leaseTtl().minus(settings.margin()).toNanos());
    }

    /**
     * @param now an instant of the same clock
     * @return time left at {@code now}; zero once the term has ended, never negative
     */
    Duration remaining(long now) {
        return Duration.ofNanos(Math.max(0, end - now));
    }
}
