/** Held keys: listed, shown, retried and dropped. */
@NullMarked
package io.qbull.ops.held;

import org.jspecify.annotations.NullMarked;
