/** The state of queues and partitions, as JSON and as a table. */
@NullMarked
package io.qbull.ops.status;

import org.jspecify.annotations.NullMarked;
