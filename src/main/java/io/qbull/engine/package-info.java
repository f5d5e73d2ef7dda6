/**
 * One queue on one pod: joins leases, partitions and enqueueing. The only place that knows all of them, and the one through
 * which the Camel component works.
 */
@NullMarked
package io.qbull.engine;

import org.jspecify.annotations.NullMarked;
