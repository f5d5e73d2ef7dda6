/** Dead letters: people list, show, retry and drop them. */
@NullMarked
package io.qbull.ops.dead;

import org.jspecify.annotations.NullMarked;
