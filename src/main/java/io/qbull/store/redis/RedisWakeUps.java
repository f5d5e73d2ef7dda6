package io.qbull.store.redis;

import io.qbull.model.PartitionId;
import io.qbull.store.WakeUps;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Wakes the owners of partitions. Without a cluster one blocking read serves them all; in a cluster each partition has a connection of
 * its own, since a read over several slots is refused.
 */
final class RedisWakeUps implements WakeUps {
    private final Servers servers;
    private final Connector connector;
    // Guarded by this.
    private final Map<PartitionId, Bell> bells = new HashMap<>();
    private @Nullable Bell common;
    private boolean closed;

    RedisWakeUps(Servers servers, Connector connector) {
        this.servers = servers;
        this.connector = connector;
    }

    @Override
    public void watch(PartitionId partition, Known known, Runnable wakeUp) {
        Bell bell;
        synchronized (this) {
            if (closed) {
                return;
            }
            bell = bells.get(partition);
            if (bell == null) {
                bell = servers.clustered() ? new Bell(servers, connector) : common();
                bells.put(partition, bell);
            }
        }
        bell.watch(partition, known, wakeUp);
    }

    @Override
    public void forget(PartitionId partition) {
        Bell bell;
        boolean own;
        synchronized (this) {
            bell = bells.remove(partition);
            own = bell != common;
        }
        if (bell != null && own) {
            bell.close();
        } else if (bell != null) {
            bell.forget(partition);
        }
    }

    void close() {
        synchronized (this) {
            closed = true;
            bells.values().forEach(Bell::close);
            bells.clear();
            if (common != null) {
                common.close();
            }
        }
    }

    private Bell common() {
        Bell bell = common;
        if (bell == null) {
            bell = new Bell(servers, connector);
            common = bell;
        }
        return bell;
    }
}
