/** Held keys: people list them, and retry or drop the job that each of them waits for. */
@NullMarked
package io.qbull.ops.held;

import org.jspecify.annotations.NullMarked;
