/** Measurements, as programs that print their figures; {@code docs/benchmarks.md} says how to run them. */
@NullMarked
package io.qbull.bench;

import org.jspecify.annotations.NullMarked;
