/**
 * The Camel component {@code qbull:}. Turns exchanges into jobs and jobs into exchanges; the engine, which this package reaches through
 * {@link io.qbull.engine.QueueNode} alone, owns leases, order and retries.
 *
 * <p>Producers and the consumer of a queue share a node, see {@link io.qbull.component.node}. Jobs run on the node's worker threads;
 * exchanges continue on its continuation threads once they are added, never on an event loop. Polled jobs begin on the threads that poll
 * them.
 *
 * <p>Camel's life cycle maps to the engine's: a route that starts or resumes consumes; suspend and stop drain; a forced shutdown
 * stops; the last producer or consumer of a node closes it.
 */
@NullMarked
package io.qbull.component;

import org.jspecify.annotations.NullMarked;
