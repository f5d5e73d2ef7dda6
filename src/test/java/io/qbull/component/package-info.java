/** Tests of the component against a hand-written node, without Redis. */
@NullMarked
package io.qbull.component;

import org.jspecify.annotations.NullMarked;
