/** Tests of {@code io.qbull.store.redis.schema}. */
@NullMarked
package io.qbull.store.redis.schema;

import org.jspecify.annotations.NullMarked;
