/** Tests of what people see of resizes. */
@NullMarked
package io.qbull.ops.resize;

import org.jspecify.annotations.NullMarked;
