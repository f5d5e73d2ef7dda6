@NullMarked
package io.qbull.enqueue;

import org.jspecify.annotations.NullMarked;
