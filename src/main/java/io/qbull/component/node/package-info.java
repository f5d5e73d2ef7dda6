/**
 * The nodes that the endpoints of one component share. Producers and the consumer of a queue use one {@link
 * io.qbull.component.node.SharedNode} for each Redis and pod id: the first user opens it, the last one closes it. All nodes share the few
 * threads of {@link io.qbull.component.node.SharedThreads}; each has an event loop that stays on one of them. Knows Camel's thread
 * pools, but neither endpoints nor their options: a {@link io.qbull.component.node.NodeRequest} says what an endpoint needs.
 */
@NullMarked
package io.qbull.component.node;

import org.jspecify.annotations.NullMarked;
