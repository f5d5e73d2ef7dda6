/**
 * The raw limit that {@code ./qbull bench} compares the queue with: the same client and the same scripts in batches, without a node,
 * without Camel, and under a lease that is acquired once. Nothing but the benchmark uses it.
 */
@NullMarked
package io.qbull.store.redis.raw;

import org.jspecify.annotations.NullMarked;
