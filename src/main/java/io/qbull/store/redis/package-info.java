/**
 * The storage on Redis, and the only importer of its client. Authority is in the scripts (one file a verb under
 * {@code io/qbull/lua}): each compares owner and epoch of the lease in the same atomic step in which it writes.
 *
 * <p>Connections: {@link io.qbull.store.redis.Servers} knows which {@link io.qbull.store.redis.Node} serves a slot (without a
 * cluster there is one node). A node keeps one {@link io.qbull.store.redis.Link} up; a link is one TCP connection to one
 * process and never reconnects, so a command that went into it cannot be replayed, and what it proves about leases
 * ({@link io.qbull.store.redis.Link#primary()}) cannot change under it. Blocking reads and announcements have connections
 * of their own.
 *
 * <table>
 * <caption>Failures</caption>
 * <tr><th>what</th><th>answer</th></tr>
 * <tr><td>no connection; LOADING, TRYAGAIN, BUSY, CLUSTERDOWN, MASTERDOWN, READONLY</td><td>Unavailable, not sent</td></tr>
 * <tr><td>no reply in time; connection lost after the command was written</td><td>Unavailable, sent</td></tr>
 * <tr><td>OOM, NOREPLICAS, MISCONF</td><td>Full</td></tr>
 * <tr><td>NOAUTH, WRONGPASS, NOPERM, WRONGTYPE, CROSSSLOT, any other error, an unknown reply</td><td>Misconfigured</td></tr>
 * <tr><td>MOVED, ASK, NOSCRIPT</td><td>followed here, nobody sees them</td></tr>
 * <tr><td>a lease of another primary</td><td>fenced, without asking the server</td></tr>
 * </table>
 */
@NullMarked
package io.qbull.store.redis;

import org.jspecify.annotations.NullMarked;
