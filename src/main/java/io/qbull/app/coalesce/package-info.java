/**
 * Makes one job of many messages of a key. A message is added to its key's window in Redis before its own job is done; a window
 * closes when its time is up and none of its messages can come again; a closed window becomes jobs whose ids follow from its first
 * message. {@code docs/decisions/0006-coalesce.md} says why nothing is lost or doubled on the way.
 */
@NullMarked
package io.qbull.app.coalesce;

import org.jspecify.annotations.NullMarked;
