/**
 * Why something stands still: of a queue, a partition, a key or a job. {@link io.qbull.ops.why.FactGatherer} reads the facts in Redis with
 * a bounded number of commands; {@link io.qbull.ops.why.Diagnosis}, which is pure, finds the causes in them. Nothing is asked of a pod, so
 * the answer is the same when none is alive: what only an owner knows it has put beside its lease.
 */
@NullMarked
package io.qbull.ops.why;

import org.jspecify.annotations.NullMarked;
