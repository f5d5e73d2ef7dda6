/**
 * The protocol of a resize as a model that is searched exhaustively. Redis, the pods, producers and whoever resizes are modelled:
 * {@code World} is a state, {@code Scripts} says what Redis does, {@code PodSteps}, {@code PumpSteps}, {@code MoverSteps} and
 * {@code OtherSteps} say what may happen next. What is decided about a resize is decided by the real code in
 * {@code io.qbull.resize}, through {@code Decisions}. A {@code Scenario} is a small situation with a number of faults; a {@code Flaw} is a
 * rule that is left out.
 *
 * <p>One step is one script, or one decision of a pod. A script whose reply is lost stays on its way: it may run at any later time, or
 * never, while its pod repeats it. Left out: lost writes, clocks, jobs of a stale owner that run beside valid ones, entries that no
 * producer of ours added, requests of people other than cancelling, sources, crash suspects.
 */
@NullMarked
package io.qbull.resize.search;

import org.jspecify.annotations.NullMarked;
