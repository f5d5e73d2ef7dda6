/** Tests of the values. */
@NullMarked
package io.qbull.model;

import org.jspecify.annotations.NullMarked;
