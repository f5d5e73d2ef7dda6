package io.qbull.store.redis.tables;

import io.qbull.model.PartitionId;
import io.qbull.store.WakeUps;
import io.qbull.store.redis.client.BlockingReader;
import io.qbull.store.redis.client.Connector;
import io.qbull.store.redis.client.ServerTopology;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Wakes the owners of partitions. Each blocking read costs the server time for every partition in it, so without a cluster a reader
 * serves 32 partitions, and more only if there would be too many readers. In a cluster each partition has a reader of its own, because a
 * read over several slots is refused.
 */
public final class RedisWakeUps implements WakeUps {
    private static final int PARTITIONS_PER_READER = 32;
    /** Each has a connection. */
    private static final int MOST_READERS = 32;

    private final ServerTopology topology;
    private final Connector connector;
    // Guarded by this.
    private final Map<PartitionId, Reader> assigned = new HashMap<>();
    private final List<Reader> readers = new ArrayList<>();
    private boolean closed;

    /** A reader and the number of its partitions. */
    private static final class Reader {
        final BlockingReader blocking;
        int partitions;

        Reader(BlockingReader blocking) {
            this.blocking = blocking;
        }
    }

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
            reader = assigned.computeIfAbsent(partition, any -> assign()).blocking;
        }
        reader.watch(partition, known, wakeUp);
    }

    @Override
    public void forget(PartitionId partition) {
        Reader reader;
        boolean last;
        synchronized (this) {
            reader = assigned.remove(partition);
            if (reader == null) {
                return;
            }
            reader.partitions--;
            last = reader.partitions == 0;
            if (last) {
                readers.remove(reader);
            }
        }
        if (last) {
            reader.blocking.close();
        } else {
            reader.blocking.forget(partition);
        }
    }

    /** Ends all watches. Does not block. */
    public void close() {
        synchronized (this) {
            closed = true;
            readers.forEach(reader -> reader.blocking.close());
            readers.clear();
            assigned.clear();
        }
    }

    private Reader assign() {
        boolean clustered = topology.clustered();
        int most = clustered ? 0 : PARTITIONS_PER_READER;
        Reader reader = readers.stream()
                .min(Comparator.comparingInt(each -> each.partitions))
                .filter(each -> each.partitions < most || (!clustered && readers.size() >= MOST_READERS))
                .orElse(null);
        if (reader == null) {
            reader = new Reader(new BlockingReader(topology, connector));
            readers.add(reader);
        }
        reader.partitions++;
        return reader;
    }
}
