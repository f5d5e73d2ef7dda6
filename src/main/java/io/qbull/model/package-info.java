/** The terms of QBull: names, jobs, leases and layouts as immutable values, safe on any thread. Depends on {@code java.*} only. */
@NullMarked
package io.qbull.model;

import org.jspecify.annotations.NullMarked;
