/**
 * What is in Redis: {@link io.qbull.store.redis.schema.Keys} names every key, {@link io.qbull.store.redis.schema.Script} holds every
 * script. Uses the model only and opens no connection. The table of keys with their types, writers and lifetimes is in
 * {@code docs/protocol.md}.
 *
 * <p><b>Contract of a script.</b> Its header, which a test compares with {@link io.qbull.store.redis.schema.Script}, says what it does
 * and lists {@code KEYS}, {@code ARGV}, {@code Returns}, {@code Epoch}, and the parts that it {@code Uses}: files with functions that
 * several scripts share. Every script
 *
 * <ul>
 *   <li>gets all keys as {@code KEYS}, all in one cluster slot;
 *   <li>takes the time from the server;
 *   <li>compares owner and epoch with the lease before anything else if it acts for an owner, and returns {@code fenced} if they differ;
 *   <li>reads every key before the first write, so that a key of another type leaves nothing half done;
 *   <li>chooses its first write on purpose: a script that frees memory starts with PERSIST or a deletion, which a full Redis allows; a
 *       script that takes memory starts with a write that a full Redis refuses;
 *   <li>is safe when it runs twice, and when it runs late.
 * </ul>
 */
@NullMarked
package io.qbull.store.redis.schema;

import org.jspecify.annotations.NullMarked;
