/**
 * How a queue gets another number of partitions while jobs are added and run: the decisions, as pure functions of what was seen, and
 * what carries them out. A {@link io.qbull.resize.ResizePlan} says which keys move where and which partitions wait for which;
 * {@link io.qbull.resize.ResizeProgress} says which steps are next, to anybody who looks, and the {@link io.qbull.resize.Resizer} carries
 * out those that need no owner; a {@link io.qbull.resize.PartitionMove} says to the owner of a partition what to send next in order to
 * move what leaves, and a {@link io.qbull.resize.PartitionMover} sends it. A {@link io.qbull.resize.ResizeForecast} says what will move and
 * how long keys will wait.
 *
 * <pre>
 *   intent ─▶ seal each old partition ─▶ open each new one ─▶ make the layout current ─▶ start each partition ─▶ done
 *                     │                                                                        ▲
 *                     └─ its owner moves what leaves: held and delayed jobs, backlog ──────────┘ all that feed it have moved
 * </pre>
 *
 * <table>
 * <caption>What can go wrong</caption>
 * <tr><td>whoever runs the steps dies, or sees an old state</td><td>any other one comes to the next step; a step that was done
 *     changes nothing</td></tr>
 * <tr><td>the owner of a partition that moves dies</td><td>the next owner moves from the beginning; a copy skips what is there</td></tr>
 * <tr><td>the reply to a command of a move is lost</td><td>it is repeated as it is; nothing follows before it was answered</td></tr>
 * <tr><td>a command of a move runs late</td><td>a copy finds its position passed or the target started; a deletion and the end of a move
 *     find another owner or the move finished</td></tr>
 * </table>
 *
 * <p>The protocol is searched exhaustively with these decisions: the package {@code search} of the tests.
 */
@NullMarked
package io.qbull.resize;

import org.jspecify.annotations.NullMarked;
