/** What people and dashboards see: the state of the queues as JSON, over HTTP and on a terminal. Reads through the store only. */
@NullMarked
package io.qbull.ops;

import org.jspecify.annotations.NullMarked;
