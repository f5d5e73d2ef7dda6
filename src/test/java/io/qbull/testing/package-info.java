/** Helpers that tests share. */
@NullMarked
package io.qbull.testing;

import org.jspecify.annotations.NullMarked;
