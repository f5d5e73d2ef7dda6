/** Tests of {@code io.qbull.app.ext}. */
@NullMarked
package io.qbull.app.ext;

import org.jspecify.annotations.NullMarked;
