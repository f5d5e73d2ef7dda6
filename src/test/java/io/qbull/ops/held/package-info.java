/** Tests of {@code io.qbull.ops.held}. */
@NullMarked
package io.qbull.ops.held;

import org.jspecify.annotations.NullMarked;
