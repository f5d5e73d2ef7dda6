/**
 * Integration tests with child JVMs: pods on a real Redis are killed, frozen and cut off while they work, and a checker verifies what they
 * logged. {@link io.qbull.it.PodMain} is a pod, {@link io.qbull.it.Pods} spawns and kills pods, {@link io.qbull.it.History} is what all of
 * them logged, and {@link io.qbull.it.HistoryChecker} checks it.
 */
@NullMarked
package io.qbull.it;

import org.jspecify.annotations.NullMarked;
