/** Tests of the nodes that endpoints share. */
@NullMarked
package io.qbull.component.node;

import org.jspecify.annotations.NullMarked;
