/** Tests of the whole. */
@NullMarked
package io.qbull;

import org.jspecify.annotations.NullMarked;
