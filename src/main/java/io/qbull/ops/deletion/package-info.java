/** Deletes queues for people. */
@NullMarked
package io.qbull.ops.deletion;

import org.jspecify.annotations.NullMarked;
