/**
 * {@code ./qbull bench}: measures the queue as users use it, through {@code qbull:} routes, beside the raw limit of the same run. Each
 * part of it is a {@link io.qbull.app.bench.Measurement} that tells a {@link io.qbull.app.bench.Scene} its figures and what it found
 * wrong: a lost, doubled or overtaken job. {@code Bench} runs the parts; the rest prints the report, compares it with an earlier one,
 * and draws it.
 */
@NullMarked
package io.qbull.app.bench;

import org.jspecify.annotations.NullMarked;
