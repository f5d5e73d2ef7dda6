@NullMarked
package io.qbull.runtime;

import org.jspecify.annotations.NullMarked;
