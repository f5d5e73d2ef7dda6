/** Tests of {@code io.qbull.ops.files}. */
@NullMarked
package io.qbull.ops.files;

import org.jspecify.annotations.NullMarked;
