@NullMarked
package io.qbull.app;

import org.jspecify.annotations.NullMarked;
