/** How the program ends: exit codes, the exception that carries one, and the signals that stop the program. */
@NullMarked
package io.qbull.app.exit;

import org.jspecify.annotations.NullMarked;
