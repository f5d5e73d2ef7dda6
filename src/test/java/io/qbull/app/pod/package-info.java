/** Tests of {@code io.qbull.app.pod}. */
@NullMarked
package io.qbull.app.pod;

import org.jspecify.annotations.NullMarked;
