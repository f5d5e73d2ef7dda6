/** The folder {@code ext}: libraries that people add to the class path. */
@NullMarked
package io.qbull.app.ext;

import org.jspecify.annotations.NullMarked;
