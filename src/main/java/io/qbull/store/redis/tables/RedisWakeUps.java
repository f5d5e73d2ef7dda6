package io.qbull.store.redis.tables;

import io.qbull.model.PartitionId;
import io.qbull.store.WakeUps;
import io.qbull.store.redis.client.BlockingReaders;

/** Wakes the owners of partitions in one store, over the blocking readers that it shares with others. Thread-safe. */
public final class RedisWakeUps implements WakeUps {
    private final BlockingReaders readers;

    public RedisWakeUps(BlockingReaders readers) {
        this.readers = readers;
    }

    @Override
    public void watch(PartitionId partition, Known known, Runnable wakeUp) {
        readers.watch(this, partition, known, wakeUp);
    }

    @Override
    public void forget(PartitionId partition) {
        readers.forget(this, partition);
    }

    /** Ends all watches of this store. Does not block. */
    public void close() {
        readers.leave(this);
    }
}
