package io.qbull.store.redis.tables;

import io.qbull.model.PartitionId;
import io.qbull.store.WakeUps;
import io.qbull.store.redis.client.BlockingReader;
import io.qbull.store.redis.client.Connector;
import io.qbull.store.redis.client.ServerTopology;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Wakes the owners of partitions. Without a cluster one blocking read serves them all; in a cluster each partition has a connection of
 * its own, since a read over several slots is refused.
 */
public final class RedisWakeUps implements WakeUps {
    private final ServerTopology servers;
    private final Connector connector;
    // Guarded by this.
    private final Map<PartitionId, BlockingReader> bells = new HashMap<>();
    private @Nullable BlockingReader common;
    private boolean closed;

    public RedisWakeUps(ServerTopology servers, Connector connector) {
        this.servers = servers;
        this.connector = connector;
    }

    @Override
    public void watch(PartitionId partition, Known known, Runnable wakeUp) {
        BlockingReader bell;
        synchronized (this) {
            if (closed) {
                return;
            }
            bell = bells.get(partition);
            if (bell == null) {
                bell = servers.clustered() ? new BlockingReader(servers, connector) : common();
                bells.put(partition, bell);
            }
        }
        bell.watch(partition, known, wakeUp);
    }

    @Override
    public void forget(PartitionId partition) {
        BlockingReader bell;
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

    public void close() {
        synchronized (this) {
            closed = true;
            bells.values().forEach(BlockingReader::close);
            bells.clear();
            if (common != null) {
                common.close();
            }
        }
    }

    private BlockingReader common() {
        BlockingReader bell = common;
        if (bell == null) {
            bell = new BlockingReader(servers, connector);
            common = bell;
        }
        return bell;
    }
}
