/** Pauses of queues, partitions and keys: people begin, see and end them. */
@NullMarked
package io.qbull.ops.pause;

import org.jspecify.annotations.NullMarked;
