/** How the program ends: its exit codes, the exceptions that carry them, and the signals that end it. */
@NullMarked
package io.qbull.app.exit;

import org.jspecify.annotations.NullMarked;
