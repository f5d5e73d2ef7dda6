/** Tests of {@code io.qbull.app.settings}. */
@NullMarked
package io.qbull.app.settings;

import org.jspecify.annotations.NullMarked;
