package io.qbull.chaos;

import java.time.Duration;

/**
 * Something that goes wrong for a while.
 *
 * @param name for the report
 * @param longest how long it may last
 * @param strike makes it happen and returns what mends it
 */
record Fault(String name, Duration longest, Strike strike) {
    /** Makes it happen. */
    @FunctionalInterface
    interface Strike {
        /**
         * @return what mends it; it throws nothing because of what other faults have done
         */
        Runnable hit();
    }
}
