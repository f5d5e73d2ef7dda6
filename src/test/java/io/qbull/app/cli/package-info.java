/** Tests of {@code io.qbull.app.cli}. */
@NullMarked
package io.qbull.app.cli;

import org.jspecify.annotations.NullMarked;
