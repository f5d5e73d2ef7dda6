package io.qbull.engine;

import io.qbull.store.Store;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.LongSupplier;

/** Finds the {@link OutageLog} that the nodes of this process share. Thread-safe. */
final class OutageLogs {
    /** By the connections of the stores, for as long as anyone uses those. Guarded by itself. */
    private static final Map<Object, OutageLog> LOGS = new WeakHashMap<>();

    private OutageLogs() {}

    /**
     * @param store of a node
     * @param clock of the node: monotonic nanoseconds
     * @return the log of all nodes over its connections
     */
    static OutageLog of(Store store, LongSupplier clock) {
        synchronized (LOGS) {
            return LOGS.computeIfAbsent(store.connections(), first -> new OutageLog(clock));
        }
    }
}
