@NullMarked
package io.qbull.lease;

import org.jspecify.annotations.NullMarked;
