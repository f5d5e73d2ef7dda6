/** Files that were claimed and are not finished. */
@NullMarked
package io.qbull.ops.files;

import org.jspecify.annotations.NullMarked;
