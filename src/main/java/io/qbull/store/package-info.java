/**
 * What a queue needs from its storage, as small interfaces by role. Every method that acts for an owner takes the owner's
 * {@link io.qbull.model.Lease} and is fenced once that lease has ended: it then reads and changes nothing.
 *
 * <p>All methods are asynchronous and thread-safe. A future completes on a thread of the storage client, which dependents must not
 * block. It fails with a {@link io.qbull.store.StoreException} only.
 */
@NullMarked
package io.qbull.store;

import org.jspecify.annotations.NullMarked;
