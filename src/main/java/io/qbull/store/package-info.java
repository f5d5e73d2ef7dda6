/**
 * What the queue needs of its storage, as small interfaces by role. Every method that acts for an owner takes its
 * {@link io.qbull.model.Lease} and is refused when that lease has ended.
 *
 * <p>All methods are asynchronous and thread-safe. A stage completes on a thread of the storage client, which must not be
 * blocked. It fails with a {@link io.qbull.store.StoreException} only.
 */
@NullMarked
package io.qbull.store;

import org.jspecify.annotations.NullMarked;
