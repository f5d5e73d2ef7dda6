/**
 * The store on Redis, the only part of QBull that knows Redis. {@link io.qbull.store.redis.RedisStore} builds it from three wings:
 * {@code schema} (names of keys, scripts), {@code client} (connections, routing, errors) and {@code tables} (the ports of
 * {@code io.qbull.store}). Arrows run one way: tables use client and schema, client uses schema, schema uses the model only.
 *
 * <p>Redis decides. Each script compares owner and epoch of the lease in the same atomic step in which it writes, so a command of a
 * former owner is fenced even if it arrives late.
 */
@NullMarked
package io.qbull.store.redis;

import org.jspecify.annotations.NullMarked;
