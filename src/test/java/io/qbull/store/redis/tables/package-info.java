/** Tests of {@code io.qbull.store.redis.tables}. */
@NullMarked
package io.qbull.store.redis.tables;

import org.jspecify.annotations.NullMarked;
