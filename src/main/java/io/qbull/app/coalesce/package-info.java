/**
 * Combines many messages of a key into one job. A message enters its key's collection window in Redis before its own job is
 * committed. A window closes when its time is up and none of its messages can come again. A closed window becomes jobs whose ids
 * derive from its first message. {@code docs/decisions/0006-coalesce.md} explains why no message is lost or duplicated.
 */
@NullMarked
package io.qbull.app.coalesce;

import org.jspecify.annotations.NullMarked;
