/**
 * Taking, keeping and giving back leases.
 *
 * <p>Authority: Redis, by its own clock, inside the scripts. A pod only keeps a trust window on its monotonic clock: a lease is
 * trusted until {@code start of the last successful renewal + ttl - margin}, and past that no job is started under it. The window
 * is anchored to the start of the attempt, so a slow reply shortens it and never stretches it.
 *
 * <pre>
 *             acquire                    renew (every ttl/3)
 *   free ───────────────────▶ held ◀──────────────┐
 *    ▲                         │ ├────────────────┘
 *    │ release, or expires     │ │ wanted, and held beyond capacity
 *    ├─────────────────────────┘ ▼
 *    │                        handed over: higher epoch, short life
 *    │ receiver died             │ the receiver confirms by its first renewal
 *    └───────────────────────────┴──▶ held by the receiver
 * </pre>
 *
 * <table>
 * <caption>What can go wrong</caption>
 * <tr><td>reply to acquire lost</td><td>repeated with the same nonce: same epoch, extended</td></tr>
 * <tr><td>reply to renew lost</td><td>repeated; trust runs from the attempt that was answered</td></tr>
 * <tr><td>reply to release or hand-over lost</td><td>the nonce is never used again; repeated, else it expires</td></tr>
 * <tr><td>pod paused</td><td>starts nothing when it wakes; its commands are fenced; one renewal tells what is lost</td></tr>
 * <tr><td>announcement lost</td><td>found by looking again when the lease seen last has expired</td></tr>
 * </table>
 *
 * <p>Everything here runs on the event loop of one node.
 */
@NullMarked
package io.qbull.lease;

import org.jspecify.annotations.NullMarked;
