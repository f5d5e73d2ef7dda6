/** The commands of {@code ./qbull}. */
@NullMarked
package io.qbull.app.cli;

import org.jspecify.annotations.NullMarked;
