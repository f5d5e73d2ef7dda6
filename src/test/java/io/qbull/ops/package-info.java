@NullMarked
package io.qbull.ops;

import org.jspecify.annotations.NullMarked;
