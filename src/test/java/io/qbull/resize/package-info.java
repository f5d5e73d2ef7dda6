/** Tests of the decisions of a resize, one by one and in an exhaustive search of the protocol. */
@NullMarked
package io.qbull.resize;

import org.jspecify.annotations.NullMarked;
