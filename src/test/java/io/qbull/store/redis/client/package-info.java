/** Tests of {@code io.qbull.store.redis.client}. */
@NullMarked
package io.qbull.store.redis.client;

import org.jspecify.annotations.NullMarked;
