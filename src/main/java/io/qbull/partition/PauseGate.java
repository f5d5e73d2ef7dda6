package io.qbull.partition;

import java.util.Set;

/**
 * What people have paused.
 *
 * @param closed whether all of the partition
 * @param keys these keys, wherever they belong
 */
record PauseGate(boolean closed, Set<String> keys) implements Gate {
    PauseGate {
        keys = Set.copyOf(keys);
    }

    @Override
    public StallCause cause() {
        return StallCause.PAUSED;
    }

    @Override
    public boolean shutsKeys() {
        return !keys.isEmpty();
    }

    @Override
    public boolean mayStart(String key) {
        return !keys.contains(key);
    }
}
