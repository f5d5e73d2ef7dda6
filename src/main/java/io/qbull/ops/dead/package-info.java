/** Dead letters: listed, shown, retried and dropped. */
@NullMarked
package io.qbull.ops.dead;

import org.jspecify.annotations.NullMarked;
