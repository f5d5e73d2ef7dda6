/** Files that a pod has claimed and not finished. */
@NullMarked
package io.qbull.ops.files;

import org.jspecify.annotations.NullMarked;
