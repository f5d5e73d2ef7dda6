@NullMarked
package io.qbull.engine;

import org.jspecify.annotations.NullMarked;
