/** The life of one pod: wiring, start, ready line and stop. */
@NullMarked
package io.qbull.app.pod;

import org.jspecify.annotations.NullMarked;
