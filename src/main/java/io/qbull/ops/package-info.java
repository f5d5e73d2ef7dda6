/**
 * What people and dashboards see and change: the state of the queues, dead letters and held keys, as JSON over HTTP and as text on
 * a terminal. This package has what its wings share; each wing serves one thing and knows no other wing. Everything goes through the
 * store and nothing needs a lease.
 */
@NullMarked
package io.qbull.ops;

import org.jspecify.annotations.NullMarked;
