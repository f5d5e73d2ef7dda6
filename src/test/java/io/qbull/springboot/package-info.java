/** Tests of {@code io.qbull.springboot}. */
@NullMarked
package io.qbull.springboot;

import org.jspecify.annotations.NullMarked;
