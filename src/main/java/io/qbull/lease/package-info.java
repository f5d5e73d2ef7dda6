/**
 * Leases: how a pod comes to own partitions, keeps them, and gives them up.
 *
 * <p><b>Authority.</b> Redis alone decides, by its own clock, inside the scripts: who owns a partition, under which epoch, until when,
 * and which hand-over request stands. Every command of an owner carries the identity of its lease and is refused when that identity is
 * out of date. Announcements are hints; looking again is the fallback. Nothing that this package remembers proves ownership.
 *
 * <p><b>Identity.</b> A lease is one owner (pod and nonce) under one epoch. The epoch only grows. A nonce serves one lease: once a
 * release or hand-over under it has been sent, answered or not, it is never used again. A repeated acquisition carries the same nonce
 * and is answered with the same lease.
 *
 * <p><b>Trust.</b> A pod starts jobs under a lease only during its {@link io.qbull.lease.TrustTerm trust term}: from when the last
 * successful acquisition or renewal was <em>sent</em>, for {@code ttl - margin}, on the pod's monotonic clock. A slow answer shortens
 * the term and never stretches it, so it ends before the lease expires in Redis.
 *
 * <pre>
 *              acquire                         renew, every ttl/3
 *   free ─────────────────────▶ owned ◀──────────────┐
 *    ▲                           │ │ ├───────────────┘
 *    │  released                 │ │ │ handed over: the requester owns it under a higher epoch, for ttl/3
 *    ├───────────────────────────┘ │ └──────────────▶ granted ── it acquires with the nonce of its request ──▶ owned by it
 *    │  expires in Redis, after    │                     │
 *    │  a loss or left to expire   │                     │ the requester died
 *    └─────────────────────────────┴─────────────────────┘
 * </pre>
 *
 * <p><b>Ends.</b> Ownership ends in one of the six ways of {@link io.qbull.lease.LeaseEnd}:
 *
 * <pre>
 *   LeaseEnd ─┬─ GivenUp ─┬─ Released      the work is finished and committed
 *             │           └─ HandedOver    the same, and another pod has requested the partition
 *             ├─ Lost ────┬─ Expired       no renewal was answered during the trust term
 *             │           ├─ Fenced        Redis refused a renewal or a command although the term still ran
 *             │           └─ Voided        the primary that granted it is gone
 *             └─ LeftToExpire              the pod stops while jobs still run, or while Redis does not answer
 * </pre>
 *
 * <table>
 * <caption>What follows each end</caption>
 * <tr><th>end</th><th>this pod</th><th>the other pods</th></tr>
 * <tr><td>Released</td><td>LeaseReleaser tells Redis, and repeats it for up to a TTL; LeaseFinder looks again after 100 ms</td>
 *     <td>hear the announcement and acquire; no job is suspect</td></tr>
 * <tr><td>HandedOver</td><td>as above; releases instead if the requester waits no longer</td>
 *     <td>the requester confirms by acquiring; no job is suspect</td></tr>
 * <tr><td>Expired, Fenced</td><td>LeaseKeeper blocks the partition and tells the listener; the engine drops all results and waits for
 *     running jobs; then it releases, which frees the lease if it was ours after all, and unblocks the partition</td>
 *     <td>own it already, or acquire after the expiry; the first jobs are crash suspects</td></tr>
 * <tr><td>Voided</td><td>the same, but the engine causes it and needs no telling</td><td>the same</td></tr>
 * <tr><td>LeftToExpire</td><td>nothing; a later session blocks the partition while a job of this one still runs there</td>
 *     <td>acquire after the expiry; the first jobs are crash suspects</td></tr>
 * </table>
 *
 * <p>A lease that is granted after the drain began never becomes owned: LeaseReleaser gives it back, and the stop waits for that.
 *
 * <p><b>Resizes.</b> What the pods compete for is a {@link io.qbull.lease.Competition}, which changes while they run. Partitions that are
 * new are looked at at once. Those that are no more are not acquired again, and whoever owns one gives it back. An urgent partition, one
 * whose jobs must still be moved, is taken before all others; if it stays free, pods without room take it, too, in equal parts: otherwise
 * the death of a pod could leave a resize without an end. One that has an owner is requested by nobody: another owner would begin the move
 * anew.
 *
 * <table>
 * <caption>What can go wrong</caption>
 * <tr><td>reply to acquire lost</td><td>repeated with the same nonce for up to a TTL: same epoch, extended</td></tr>
 * <tr><td>reply to renew lost</td><td>repeated; the term runs from the attempt that was answered</td></tr>
 * <tr><td>reply to release or hand-over lost</td><td>the nonce is never used again; repeated, otherwise the lease expires</td></tr>
 * <tr><td>reply to a hand-over request lost</td><td>a look tells whether it was granted</td></tr>
 * <tr><td>pod paused</td><td>starts nothing when it wakes; its commands are fenced; one renewal shows what is lost</td></tr>
 * <tr><td>the clock of Redis goes back</td><td>a lease that seems to outlive its TTL is cut; each one is looked at every three
 *     TTLs</td></tr>
 * <tr><td>a lease is lost soon after it was acquired</td><td>the pod leaves the partition alone for 100 ms, twice as long after each
 *     such loss, up to a TTL</td></tr>
 * <tr><td>the slot of a lease is moving to another server</td><td>nothing is granted or lost before it has moved</td></tr>
 * <tr><td>announcement lost</td><td>found by looking again: when the expiry that was seen has passed, or after ttl/6 while a request
 *     is open</td></tr>
 * </table>
 *
 * <p><b>Parts.</b> {@link io.qbull.lease.LeaseKeeper} is the entrance. LeaseRenewer, LeaseReleaser and PodRegistration serve owned
 * leases. LeaseFinder decides what to take, by the pure Balancer, and leaves alone what TakeOverPauses says; LeaseObserver looks,
 * LeaseAcquirer acquires, HandOverRequests asks overloaded pods, LeaseAnnouncements listens. Everything runs on the event loop of one
 * node; only the question whether a lease is trusted comes from other threads.
 */
@NullMarked
package io.qbull.lease;

import org.jspecify.annotations.NullMarked;
