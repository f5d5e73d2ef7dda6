@NullMarked
package io.qbull.app.bench;

import org.jspecify.annotations.NullMarked;
