/**
 * The Camel component {@code qbull:}. Turns exchanges into jobs and jobs into exchanges; leases, order and retries are the
 * engine's, which this package reaches through {@link io.qbull.engine.QueueNode} alone.
 *
 * <p>Producers and the consumer of a queue share one node for each Redis and pod id; the first that starts opens it, the
 * last that stops closes it. Jobs run on the node's worker threads, exchanges that were added go on on its continuation
 * threads, never on an event loop.
 */
@NullMarked
package io.qbull.component;

import org.jspecify.annotations.NullMarked;
