/** Tests of {@code io.qbull.ops.dead}. */
@NullMarked
package io.qbull.ops.dead;

import org.jspecify.annotations.NullMarked;
