/**
 * One queue on one pod: joins leases, partitions and enqueueing. The only package that knows all of them, and the one through which the
 * Camel component works.
 *
 * <p>Parts and what each owns: {@code StoreQueueNode} is the {@link io.qbull.engine.QueueNode} over a store; {@code LayoutCache} knows the
 * layout and tells all parts of a newer one, and {@code LayoutUpkeep} puts back what of it gets lost in Redis; {@code ResizeWatch} carries resizes on
 * and knows which partitions the pods compete for; {@code PauseWatch} knows what is paused, and
 * {@code ProducerLayouts} tells it to the producers; {@code SessionQueue} orders
 * the sessions and tells them which partitions to compete for; {@code ConsumerSession} connects the lease keeper with a pump for each lease; {@code OwnedPartitions} holds the leases and pumps; {@code PartitionMoves} has
 * moved what leaves them for a resize; {@code
 * Standstills} remembers which partitions stood still when their lease was lost; {@code Drain} knows how far the end of a session has
 * come; {@code AbandonedJobs} knows the jobs that outlived a session; {@code OutageReporter} hears whether Redis answers, and {@code
 * OutageLog} says it once for all nodes; {@code
 * DeadLetterRetention} drops old dead letters.
 *
 * <h2>Life cycle</h2>
 *
 * These words mean the same everywhere in QBull:
 *
 * <table>
 * <tr><td>start</td><td>begins the work and returns at once; what is not there yet, such as Redis, is tried again</td></tr>
 * <tr><td>drain</td><td>takes nothing new, finishes and commits what is in flight, gives back what it owns, then stops; bounded in time</td></tr>
 * <tr><td>stop</td><td>ends now; does not wait, and ignores results that come later</td></tr>
 * <tr><td>close</td><td>drains, waits for it, and frees connections and threads; the only one that blocks</td></tr>
 * <tr><td>abandon</td><td>what a stop does to a job in flight: nobody waits for it, and it runs again elsewhere</td></tr>
 * </table>
 *
 * <p>Drain and stop may be called any number of times, before a start, and one during the other: a stop ends a drain early, a drain after
 * a stop returns the end of that stop.
 *
 * <pre>
 *             consume                     drain                    all released, or
 *   idle  -------------&gt;  consuming  -------------&gt;  draining  ----------------------------&gt;  idle
 *                             |                          |           drainTimeout, or stop
 *                             `------------- stop -------+----------------------------------&gt;  idle, jobs abandoned
 * </pre>
 *
 * A session drains in this order: intake, jobs in flight, their commits, the leases, the registration of the pod. {@code consume} during
 * a drain is legal: the next session starts when the one before has ended. A partition whose job was abandoned is not taken again by the
 * same pod before that job has ended.
 */
@NullMarked
package io.qbull.engine;

import org.jspecify.annotations.NullMarked;
