/** Tests of {@code io.qbull.ops.status}. */
@NullMarked
package io.qbull.ops.status;

import org.jspecify.annotations.NullMarked;
