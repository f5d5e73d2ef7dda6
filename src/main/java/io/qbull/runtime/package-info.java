/**
 * Start and stop, timers, serial execution. The only place that reads a clock: everything else is given an
 * {@link io.qbull.runtime.EventLoop}. Depends on {@code java.*} only.
 */
@NullMarked
package io.qbull.runtime;

import org.jspecify.annotations.NullMarked;
