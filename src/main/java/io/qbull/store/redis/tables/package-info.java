/**
 * The ports of {@code io.qbull.store} on Redis, a class for each port. Each class builds keys and arguments, runs a script or a command
 * through {@link io.qbull.store.redis.client.CommandRouter} and decodes the reply. May use {@code client}, {@code schema}, the ports
 * and the model. Holds no state about jobs or leases: Redis does.
 */
@NullMarked
package io.qbull.store.redis.tables;

import org.jspecify.annotations.NullMarked;
