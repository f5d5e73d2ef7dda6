package io.qbull.store.redis.client;

import io.qbull.config.RedisSettings;
import java.util.HashMap;
import java.util.Map;

/**
 * The open connections of a process. All stores with the same address and command timeout share a set, whichever queue, component or
 * Camel context they belong to. The last of them to close closes it. Thread-safe.
 */
public final class SharedConnections {
    /** The connections of this process. */
    public static final SharedConnections PROCESS = new SharedConnections();

    /** Guarded by this. The keys carry passwords, as the settings do. */
    private final Map<RedisSettings, Shared> open = new HashMap<>();

    private static final class Shared {
        private final ConnectionSet set;
        private int users;

        Shared(ConnectionSet set) {
            this.set = set;
        }
    }

    /**
     * Call {@link #release} once for each call.
     *
     * @param settings where Redis is
     * @return the connections, which are being opened if this is their first user
     * @throws IllegalArgumentException if the URI has another form; the message does not quote it
     */
    public synchronized ConnectionSet acquire(RedisSettings settings) {
        Shared shared = open.get(settings);
        if (shared == null) {
            shared = new Shared(connect(settings));
            open.put(settings, shared);
        }
        shared.users++;
        return shared.set;
    }

    private static ConnectionSet connect(RedisSettings settings) {
        Connector connector = new Connector(SharedResources.PROCESS, settings.commandTimeout());
        try {
            return new ConnectionSet(settings, connector);
        } catch (IllegalArgumentException e) {
            connector.close();
            throw e;
        }
    }

    /**
     * Closes the connections if this was their last user. Does not block.
     *
     * @param set from {@link #acquire}
     */
    public void release(ConnectionSet set) {
        boolean last;
        synchronized (this) {
            Shared shared = open.get(set.settings());
            if (shared == null || shared.set != set) {
                throw new IllegalStateException("these connections are closed");
            }
            shared.users--;
            last = shared.users == 0;
            if (last) {
                open.remove(set.settings());
            }
        }
        if (last) {
            set.close();
        }
    }
}
