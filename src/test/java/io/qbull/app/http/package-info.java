/** Tests of {@code io.qbull.app.http}. */
@NullMarked
package io.qbull.app.http;

import org.jspecify.annotations.NullMarked;
