/** Tests of the store on a real Redis. */
@NullMarked
package io.qbull.store.redis;

import org.jspecify.annotations.NullMarked;
