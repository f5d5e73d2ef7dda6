/**
 * The producer's side of one queue on one pod. Everything except {@link io.qbull.enqueue.Enqueuer#enqueue} and the feeds it opens runs
 * on one {@link io.qbull.runtime.EventLoop} and needs no locks.
 *
 * <p>A job passes these parts: {@code Intake} (checked and counted against {@code MemoryBudget}, on its caller's thread), {@code Lanes}
 * (assigned to a partition by the layout), {@code Lane} (waits in {@code WaitingJobs}, then travels in a {@code Call}), {@code Sender}
 * (sends the call and repeats it). Records of a source pass {@code SourceFeed} first, which skips those that an earlier reading added.
 *
 * <p>Each partition has one lane. A lane has at most one outstanding call; jobs that arrive meanwhile travel together in the next one.
 *
 * <pre>
 *              compose                     ADDED, FULL, CROWDED, MISCONFIGURED, UNEXPECTED
 *   waiting ------------->  outstanding  --------------------------------------------------->  answered
 *      ^  \                 |        ^ |                                                          ^
 *      |   \ timeout        |        | | UNKNOWN: the same call again, for 30 min                 |
 *      |    `-> UNAVAILABLE |        `-'                          timeout, or given up: UNKNOWN --'
 *      `--------------------'
 *        NOT_RUN, OTHER_LAYOUT
 * </pre>
 *
 * {@link io.qbull.enqueue.CallOutcome} alone decides what the end of an attempt means:
 *
 * <ul>
 *   <li>An attempt that certainly did not run leaves nothing behind: its jobs wait again, in their old places.
 *   <li>After an attempt that may have run the outcome is unknown. The same call with the same number is repeated: Redis remembers
 *       the number and its answer, so the repeat adds nothing twice and returns the lost answer. A later refusal (out of memory, for
 *       instance) does not end this, because the first attempt may still be on its way.
 *   <li>A call that is given up after 30 minutes can do no harm later: the number of the next call makes it stale.
 *   <li>When a partition refuses the layout version, the producer reads the layout, at once and then ever less often. Under a newer one
 *       all waiting jobs are assigned anew, in order. An outstanding call stays as it is, and {@code OldCalls} keeps later jobs of its
 *       keys back until it is answered: if it was refused, its jobs go first. All other keys go on, except through the lane of that call.
 *   <li>After a resize an id that a caller gave may be known to the partition that its key had before. As long as one remembers ids,
 *       {@code EarlierIds} asks before the job may leave its lane. Without such a partition nothing is asked.
 * </ul>
 *
 * <p>A drain takes no more jobs and ends when every caller has an answer; at its limit it stops: jobs never sent are refused, jobs in
 * an outstanding call have an unknown outcome.
 */
@NullMarked
package io.qbull.enqueue;

import org.jspecify.annotations.NullMarked;
