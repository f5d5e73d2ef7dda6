package io.qbull.partition;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a resize keeps from starting.
 *
 * @param closed whether no job starts because it is not known which keys leave
 * @param leaving which keys leave; null if none do
 */
record ResizeGate(boolean closed, @Nullable Predicate<String> leaving) implements Gate {
    /** Keeps nothing back. */
    static final ResizeGate OPEN = new ResizeGate(false, null);

    /** Keeps everything back. */
    static final ResizeGate CLOSED = new ResizeGate(true, null);

    @Override
    public StallCause cause() {
        return StallCause.RESIZE;
    }

    @Override
    public boolean shutsKeys() {
        return leaving != null;
    }

    @Override
    public boolean mayStart(String key) {
        return leaving == null || !leaving.test(key);
    }
}
