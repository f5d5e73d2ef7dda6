/** Tests of {@code io.qbull.ops.why}. */
@NullMarked
package io.qbull.ops.why;

import org.jspecify.annotations.NullMarked;
