/** What lies in Redis: the names of keys, and the scripts. */
@NullMarked
package io.qbull.store.redis.schema;

import org.jspecify.annotations.NullMarked;
