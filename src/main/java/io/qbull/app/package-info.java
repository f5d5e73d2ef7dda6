/** The program: reads its settings, wires the parts, starts and stops them, and ends with an exit code that says how it went. */
@NullMarked
package io.qbull.app;

import org.jspecify.annotations.NullMarked;
