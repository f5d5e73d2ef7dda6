/**
 * The program. Its wings, from the top down: {@code cli} (a command a file), {@code bench} (measures the queue), {@code pod} (wiring and
 * life of the process), {@code http} (the two servers), {@code redis} (the embedded server and access to the store), {@code settings},
 * {@code exit}. Beside them stand {@code ext} (jars added by users), {@code coalesce} and {@code sample}. A wing uses only those below
 * it. {@link io.qbull.app.Rehearsal} is the program of the launcher's rehearsal.
 */
@NullMarked
package io.qbull.app;

import org.jspecify.annotations.NullMarked;
