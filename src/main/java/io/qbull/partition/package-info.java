/**
 * Works off one leased partition: fetches, starts jobs in stream order, commits. One job runs at a time, or as many as the pod is set to,
 * each of another key.
 *
 * <p>A {@link io.qbull.partition.PartitionPump} lives as long as one lease. After every event it takes one step: it starts what may
 * start, parks, fetches, watches and commits what is due, and closes when all is done. What to do about jobs is decided by a pure
 * function of a snapshot; whatever keeps a job from starting is named there once, as a {@code StallCause}, and reported from there.
 *
 * <p>Everything runs on the event loop of the node, except the jobs, which run on the workers, and the questions that a status asks. A
 * worker that gets several jobs starts the next one by itself, as long as each succeeds before its handler returns.
 *
 * <p>The life of a pump; the lease is lost when Redis refuses a command or the engine abandons the pump:
 *
 * <pre>
 *   LOADING ──all held keys are known, and how far a resize is──▶ RUNNING
 *   LOADING ──drain──▶ DRAINING
 *   LOADING ──lease lost──▶ ABANDONED
 *   RUNNING ──drain──▶ DRAINING
 *   RUNNING ──lease lost──▶ ABANDONED
 *   DRAINING ──nothing runs, nothing is uncommitted or unanswered──▶ CLOSED
 *   DRAINING ──lease lost──▶ ABANDONED
 *   ABANDONED ──nothing runs──▶ CLOSED
 * </pre>
 *
 * <p>While DRAINING, the jobs in flight end and are committed; fetched jobs are forgotten, as they are still in the stream. While
 * ABANDONED, even the results of the jobs in flight are forgotten: the next owner runs them again.
 *
 * <table>
 * <caption>Parts, and what each owns</caption>
 * <tr><td>PartitionPump</td><td>state of life</td></tr>
 * <tr><td>PumpParts</td><td>nothing: puts the parts together and takes snapshots</td></tr>
 * <tr><td>LeasedPartition</td><td>nothing: hands the shared state to the parts</td></tr>
 * <tr><td>JobSelector</td><td>nothing: snapshot to Decision, through a list of conditions</td></tr>
 * <tr><td>Gates, Gate, PauseGate, ResizeGate</td><td>what may not start for a while, all of the partition or some keys, and why</td></tr>
 * <tr><td>ResizeBarrier</td><td>how far the partition is in a resize, whether nothing is under way for keys that leave, and which
 *     entries are misplaced</td></tr>
 * <tr><td>Rerouter</td><td>which misplaced entries are being sent to where they belong</td></tr>
 * <tr><td>JobDispatcher</td><td>whose turn it is: the held keys' or the stream's</td></tr>
 * <tr><td>JobStarter, JobSeries, JobRun</td><td>running jobs and those handed over with them, shortage of threads, timeouts</td></tr>
 * <tr><td>JobEnds</td><td>what workers have told and the event loop has not heard</td></tr>
 * <tr><td>SuspectStarts</td><td>the suspect that runs, and its record</td></tr>
 * <tr><td>SuspectTurns</td><td>which pump of the process may start a suspect</td></tr>
 * <tr><td>JobOutcomes, RetryPolicy</td><td>how many jobs have ended: they put on record what became of each</td></tr>
 * <tr><td>FailureLog</td><td>causes for which jobs fail and their counts; shared by the pumps of a queue</td></tr>
 * <tr><td>Fetcher</td><td>the fetch under way, the end of the log, the watch</td></tr>
 * <tr><td>Arrivals</td><td>jobs that were held when they moved here and wait until the held keys are known</td></tr>
 * <tr><td>FinishedSegments</td><td>which empty segments were tried to be forgotten</td></tr>
 * <tr><td>Prefetched, KeyLine, ReadyLines</td><td>entries read and not finished, in order and by key: which may start next</td></tr>
 * <tr><td>StartWindow, SuspectWindow</td><td>how far from the head a job may start, and where the last owner may have started one</td></tr>
 * <tr><td>FetchBudget</td><td>what the pumps of the process have in memory, and their shares</td></tr>
 * <tr><td>MemoryTimer</td><td>whether it is looked at again how much memory other pumps leave</td></tr>
 * <tr><td>Crowd</td><td>busy keys of which entries were passed by, and from where on they are read again</td></tr>
 * <tr><td>Commits, Committer</td><td>finished jobs, the commit under way, its interval</td></tr>
 * <tr><td>HeldKeys, HeldKeyLoader, HeldKeyAdvancer, PauseTimer</td><td>held keys, their first jobs, their pauses</td></tr>
 * <tr><td>Parking</td><td>when jobs of held keys leave the stream or are passed by; which of them are suspects</td></tr>
 * <tr><td>SecondReading</td><td>when the stream is read again from its head</td></tr>
 * <tr><td>OwnerInbox</td><td>requests of people and notes of producers</td></tr>
 * <tr><td>DelayedPromoter</td><td>when delayed jobs are due</td></tr>
 * <tr><td>FencedCommands</td><td>commands without an answer</td></tr>
 * <tr><td>StallReason</td><td>how long the pump has not moved, and the StallCause</td></tr>
 * </table>
 *
 * <table>
 * <caption>What can go wrong</caption>
 * <tr><td>a reply is lost</td><td>the command is repeated every 100 ms until it is answered; the scripts are safe to repeat</td></tr>
 * <tr><td>Redis refuses a command</td><td>the lease has ended: ABANDONED; nothing is sent any more</td></tr>
 * <tr><td>the lease is not renewed</td><td>no job starts until it is; those in flight go on</td></tr>
 * <tr><td>the process was stopped</td><td>trust is asked again on the worker: the job does not start</td></tr>
 * <tr><td>a job fails</td><td>its key is held until the pause is over; other keys go on</td></tr>
 * <tr><td>a job runs too long</td><td>it has failed; its thread is interrupted and its late end ignored</td></tr>
 * <tr><td>an owner before died over a job</td><td>its suspects run one at a time in the whole process, each start recorded first;
 *     nothing of their partition runs beside them; suspects that are left when the lease is given up pass to the next owner</td></tr>
 * <tr><td>people pause the partition or a key</td><td>what has not begun is taken back; jobs of a paused key are passed by
 *     and read again in time; what runs, and all that is asked for, goes on</td></tr>
 * <tr><td>the queue is resized</td><td>nothing that leaves starts from the answer on that shows it; it is moved when nothing is under
 *     way for it any more, and other keys go on; a new owner does nothing before it knows which keys leave</td></tr>
 * <tr><td>another program adds by an earlier layout</td><td>such entries are sent to where they belong</td></tr>
 * <tr><td>one key has more jobs than the buffer holds</td><td>its later jobs are passed by and read again in time; other keys go
 *     on</td></tr>
 * <tr><td>the pumps of the process have filled the memory for jobs</td><td>each goes on with one entry and one first job of a held
 *     key at a time until others have made room</td></tr>
 * <tr><td>no thread can be had, or the workers are shut down</td><td>tried every 100 ms, reported once; the lease is kept, a drain
 *     goes on</td></tr>
 * <tr><td>Redis has no room for the jobs of held keys</td><td>they stay in the stream and are passed by; other keys go on</td></tr>
 * <tr><td>an entry cannot be decoded</td><td>buried with the reason</td></tr>
 * </table>
 */
@NullMarked
package io.qbull.partition;

import org.jspecify.annotations.NullMarked;
