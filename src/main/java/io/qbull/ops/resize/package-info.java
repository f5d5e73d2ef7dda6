/** Changes of the number of partitions: people see what one will cost, begin it, and follow it. */
@NullMarked
package io.qbull.ops.resize;

import org.jspecify.annotations.NullMarked;
