/** Connections, routing and errors: everything that knows the Redis client. */
@NullMarked
package io.qbull.store.redis.client;

import org.jspecify.annotations.NullMarked;
