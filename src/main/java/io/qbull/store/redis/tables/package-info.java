/** The ports of {@code io.qbull.store}, each on its keys in Redis. */
@NullMarked
package io.qbull.store.redis.tables;

import org.jspecify.annotations.NullMarked;
