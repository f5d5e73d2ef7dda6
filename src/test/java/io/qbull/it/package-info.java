/**
 * Evidence with child JVMs: pods on a real Redis that get killed, stopped and cut off while they work, and a checker that
 * judges what they wrote down. {@link io.qbull.it.PodMain} is the pod, {@link io.qbull.it.Pods} spawns and kills,
 * {@link io.qbull.it.History} is what all of them saw, {@link io.qbull.it.HistoryChecker} the judge.
 */
@NullMarked
package io.qbull.it;

import org.jspecify.annotations.NullMarked;
