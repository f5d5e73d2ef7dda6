/** Files as people have them, each with what should become of it. */
@NullMarked
package io.qbull.app.corpus;

import org.jspecify.annotations.NullMarked;
