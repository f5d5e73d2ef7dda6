/**
 * The producer's side of one queue on one pod. Everything here but {@link io.qbull.enqueue.Enqueuer#enqueue} runs on one
 * {@link io.qbull.runtime.EventLoop}, and needs no locks.
 *
 * <p>Each partition has a lane. A lane has one call outstanding at most; what arrives meanwhile travels together in the next one.
 *
 * <pre>
 *              compose                     ADDED, FULL, MISCONFIGURED, UNEXPECTED
 *   waiting ------------->  outstanding  ------------------------------------------>  answered
 *      ^  \                 |        ^ |                                                 ^
 *      |   \ timeout        |        | | UNKNOWN: the same call again, for 30 min        |
 *      |    `-> UNAVAILABLE |        `-'                 timeout, or given up: UNKNOWN --'
 *      `--------------------'
 *        NOT_RUN, OTHER_LAYOUT
 * </pre>
 *
 * What an attempt's end means is decided in {@link io.qbull.enqueue.CallOutcome} alone:
 *
 * <ul>
 *   <li>An attempt that certainly did not run leaves nothing behind: its jobs wait again, in their old places.
 *   <li>An attempt that may have run makes the outcome unknown. The same call with the same number is repeated: Redis remembers
 *       the number with its answer, so the repeat adds nothing twice and brings the answer that was lost. No later refusal
 *       (memory full, say) ends this, for the first attempt may still be on its way.
 *   <li>A call that is given up after 30 minutes can do no harm later: the next call's number makes it stale.
 *   <li>A partition that refuses the layout version makes the producer read the layout. Under a newer one all waiting jobs find
 *       their partition anew, in order, but only when every call under the old one is answered.
 * </ul>
 */
@NullMarked
package io.qbull.enqueue;

import org.jspecify.annotations.NullMarked;
