package io.qbull.partition;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The gates of a partition, one for each cause, asked in the order of their causes. On the event loop. */
final class Gates {
    private final Map<StallCause, Gate> gates = new EnumMap<>(StallCause.class);

    /** Takes the place of the gate with the same cause. */
    void put(Gate gate) {
        gates.put(gate.cause(), gate);
    }

    /** Why no job of the partition starts; null if some may. */
    @Nullable
    StallCause closed() {
        for (Gate gate : gates.values()) {
            if (gate.closed()) {
                return gate.cause();
            }
        }
        return null;
    }

    /** Why the jobs of some keys do not start; null if there are no such keys. */
    @Nullable
    StallCause shutsKeys() {
        for (Gate gate : gates.values()) {
            if (gate.shutsKeys()) {
                return gate.cause();
            }
        }
        return null;
    }

    /** Whether jobs with this key do not start while others do. */
    boolean shut(String key) {
        for (Gate gate : gates.values()) {
            if (!gate.mayStart(key)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a job with this key may start. */
    boolean mayStart(String key) {
        return closed() == null && !shut(key);
    }
}
