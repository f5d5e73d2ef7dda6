/**
 * Working off one leased partition: fetch, dispatch one job at a time in stream order, commit.
 *
 * <pre>
 *   RUNNING ──drain──▶ DRAINING ──nothing in flight, nothing uncommitted──▶ CLOSED
 *      │                  │
 *      └──fenced/abandon──┴──▶ ABANDONED ──nothing in flight──▶ CLOSED
 * </pre>
 *
 * <p>While DRAINING the job in flight ends and is committed; what was fetched is forgotten, it is still in the stream. While
 * ABANDONED even the result of the job in flight is forgotten: the lease is somebody else's, who runs the job again.
 *
 * <p>Everything here runs on the event loop of one node, except the jobs.
 */
@NullMarked
package io.qbull.partition;

import org.jspecify.annotations.NullMarked;
