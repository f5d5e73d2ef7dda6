@NullMarked
package io.qbull.partition;

import org.jspecify.annotations.NullMarked;
