package io.qbull.config;

import java.time.Duration;

/**
 * Where the data is.
 *
 * @param uri {@code redis://}, {@code rediss://} or {@code redis-sentinel://}, user and password included; several servers of a
 *     cluster are separated by commas
 * @param commandTimeout how long a command may wait for its reply; below a third of the shortest leaseTtl
 */
public record RedisSettings(String uri, Duration commandTimeout) {
    private static final Duration LONGEST = Duration.ofSeconds(3);

    /**
     * @throws IllegalArgumentException if a value breaks its rule
     */
    public RedisSettings {
        Rule.holds(!uri.isBlank(), "redisUri must be set");
        Rule.atLeast("commandTimeout", commandTimeout, Duration.ofMillis(10));
    }

    /**
     * @param uri see {@link RedisSettings}
     * @param leaseTtl the shortest lease of the process
     * @return settings whose command timeout fits that lease
     */
    public static RedisSettings forLeases(String uri, Duration leaseTtl) {
        Duration quarter = leaseTtl.dividedBy(4);
        return new RedisSettings(uri, quarter.compareTo(LONGEST) < 0 ? quarter : LONGEST);
    }

    /** Without the URI, which may carry a password. */
    @Override
    public String toString() {
        return "RedisSettings[commandTimeout=" + commandTimeout + "]";
    }
}
