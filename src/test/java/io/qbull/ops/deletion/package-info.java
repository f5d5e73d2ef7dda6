/** Tests of {@code io.qbull.ops.deletion}. */
@NullMarked
package io.qbull.ops.deletion;

import org.jspecify.annotations.NullMarked;
