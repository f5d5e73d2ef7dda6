@NullMarked
package io.qbull.app.sample;

import org.jspecify.annotations.NullMarked;
