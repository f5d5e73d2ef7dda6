/** The folder {@code ext}: libraries that users add to the class path. */
@NullMarked
package io.qbull.app.ext;

import org.jspecify.annotations.NullMarked;
