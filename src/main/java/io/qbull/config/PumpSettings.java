package io.qbull.config;

import java.time.Duration;

/**
 * How a pod works off one partition.
 *
 * @param concurrency the most jobs that run at once, each of another key, 1 to 256
 * @param prefetch the most jobs that could start and wait in memory, 1 to 10000
 * @param prefetchBytes the most bytes that wait in memory; a single job may exceed it
 * @param commitInterval the longest that a finished job waits to be committed with others; zero = at once
 * @param retry what becomes of jobs that do not succeed
 * @param suspectPatience how long a job that may have crashed a process runs before others that may have done so start beside it, 1 ms
 *     to 365 days
 * @param drainTimeout how long a stop waits for jobs in flight
 */
public record PumpSettings(
        int concurrency,
        int prefetch,
        int prefetchBytes,
        Duration commitInterval,
        RetrySettings retry,
        Duration suspectPatience,
        Duration drainTimeout) {
    /**
     * @throws IllegalArgumentException if a value breaks its rule
     */
    public PumpSettings {
        Rule.between("concurrency", concurrency, 1, 256);
        Rule.between("prefetch", prefetch, 1, 10_000);
        Rule.between("prefetchBytes", prefetchBytes, 1, 1 << 30);
        Rule.atLeast("commitInterval", commitInterval, Duration.ZERO);
        Rule.between("suspectPatience", suspectPatience, Duration.ofMillis(1), Duration.ofDays(365));
        Rule.atLeast("drainTimeout", drainTimeout, Duration.ZERO);
    }
}
