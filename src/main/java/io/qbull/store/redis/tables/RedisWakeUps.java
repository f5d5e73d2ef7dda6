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
 * Wakes the owners of partitions. Without a cluster one blocking reader serves all partitions. In a cluster each partition has a
 * reader of its own, because a read over several slots is refused.
 */
public final class RedisWakeUps implements WakeUps {
    private final ServerTopology topology;
    private final Connector connector;
    // Guarded by this.
    private final Map<PartitionId, BlockingReader> readers = new HashMap<>();
    private @Nullable BlockingReader common;
    private boolean closed;

    public RedisWakeUps(ServerTopology topology, Connector connector) {
        this.topology = topology;
        this.connector = connector;
    }

    @Override
    public void watch(PartitionId partition, Known known, Runnable wakeUp) {
        BlockingReader reader;
        synchronized (this) {
            if (closed) {
                return;
            }
            reader = readers.get(partition);
            if (reader == null) {
                reader = topology.clustered() ? new BlockingReader(topology, connector) : common();
                readers.put(partition, reader);
            }
        }
        reader.watch(partition, known, wakeUp);
    }

    @Override
    public void forget(PartitionId partition) {
        BlockingReader reader;
        boolean shared;
        synchronized (this) {
            reader = readers.remove(partition);
            shared = reader == common;
        }
        if (reader == null) {
            return;
        }
        if (shared) {
            reader.forget(partition);
        } else {
            reader.close();
        }
    }

    /** Ends all watches. Does not block. */
    public void close() {
        synchronized (this) {
            closed = true;
            readers.values().forEach(BlockingReader::close);
            readers.clear();
            if (common != null) {
                common.close();
            }
        }
    }

    private BlockingReader common() {
        BlockingReader reader = common;
        if (reader == null) {
            reader = new BlockingReader(topology, connector);
            common = reader;
        }
        return reader;
    }
}
