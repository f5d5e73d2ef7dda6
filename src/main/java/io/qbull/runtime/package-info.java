/**
 * Serial execution and timers. Everything below the application gets the time from an {@link io.qbull.runtime.EventLoop} instead of
 * reading a clock, so a test can set it. Depends on {@code java.*} only. Loops have no life cycle of their own: their makers shut the
 * threads down, after everything that uses the loop has been drained or stopped.
 */
@NullMarked
package io.qbull.runtime;

import org.jspecify.annotations.NullMarked;
