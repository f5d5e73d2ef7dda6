package io.qbull.lease;

import io.qbull.runtime.EventLoop;
import io.qbull.store.Reachability;
import io.qbull.store.Store;
import java.util.random.RandomGenerator;

/**
 * What a keeper works with.
 *
 * @param store where the leases are
 * @param loop runs everything in this package; its monotonic clock measures trust
 * @param reachability hears whether Redis answered about the queue and about each lease
 * @param random spreads the looks of many pods over time
 */
public record LeaseContext(Store store, EventLoop loop, Reachability reachability, RandomGenerator random) {}
