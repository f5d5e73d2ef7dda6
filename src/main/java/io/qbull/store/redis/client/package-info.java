/**
 * Connections, routing and errors: the only package that uses the connections of the Redis client. May use {@code schema}, and from
 * outside {@code store.redis} the ports, settings and the model.
 *
 * <p><b>Routing.</b> {@link io.qbull.store.redis.client.CommandRouter} sends a command to the server that
 * {@link io.qbull.store.redis.client.ServerTopology} finds for its key. It follows MOVED and answers NOSCRIPT with the text of the
 * script, so callers never see these errors. It follows ASK, too, unless a lease is granted or needed: while a slot is being moved its
 * partition has keys on both servers and rests.
 *
 * <p><b>Connections.</b> A process has one {@link io.qbull.store.redis.client.ConnectionSet} for each Redis, which
 * {@link io.qbull.store.redis.client.SharedConnections} lends to all stores. In it {@link io.qbull.store.redis.client.ServerNode} keeps
 * a {@link io.qbull.store.redis.client.ServerConnection} to each server open for each kind of
 * {@link io.qbull.store.redis.client.Traffic} and is the only one to reconnect it. A connection leads to one process and never
 * reconnects by itself. So no command is replayed behind the caller's back, and
 * {@link io.qbull.store.redis.client.ServerConnection#primary()}, to which leases are bound, never changes under a command. A lease is
 * granted over one connection and used over another, so all connections of a server lead to the same process: when one of them finds a
 * new process, those to the former one are dropped. Blocking reads ({@link io.qbull.store.redis.client.BlockingReaders}) and
 * announcements ({@link io.qbull.store.redis.client.Announcements}) have connections of their own and replace them themselves.
 *
 * <p><b>Errors.</b> {@link io.qbull.store.redis.client.RedisErrors} translates every error into a
 * {@link io.qbull.store.StoreException}:
 *
 * <table>
 * <caption>Errors and what callers get</caption>
 * <tr><th>error</th><th>result</th></tr>
 * <tr><td>no connection; LOADING, TRYAGAIN, BUSY, CLUSTERDOWN, MASTERDOWN, READONLY</td><td>Unavailable, not sent: repeat</td></tr>
 * <tr><td>no reply in time; connection lost after the command was written</td>
 *     <td>Unavailable, sent: the command may have run or may still run; repeat</td></tr>
 * <tr><td>OOM, NOREPLICAS, MISCONF</td><td>Full: nothing was done; try later</td></tr>
 * <tr><td>WRONGTYPE</td><td>Misconfigured: a person must act on the key that the message names</td></tr>
 * <tr><td>NOAUTH, WRONGPASS, NOPERM, CROSSSLOT, any other error, an unknown reply</td>
 *     <td>Misconfigured: a person must act</td></tr>
 * <tr><td>the lease was granted by another primary</td><td>no exception: fenced, without asking the server</td></tr>
 * </table>
 */
@NullMarked
package io.qbull.store.redis.client;

import org.jspecify.annotations.NullMarked;
