package io.qbull.store.redis.client;

import io.qbull.model.PartitionId;
import io.qbull.store.WakeUps.Known;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The blocking readers of a process. Each blocking read costs the server time for every partition in it, so without a cluster a reader
 * serves {@value #PARTITIONS} partitions, and more only if there would be too many readers. In a cluster each partition has a reader of
 * its own, because a read over several slots is refused. So have those who watch the same partition: a reader knows each partition once.
 * A reader without partitions is closed. Thread-safe.
 */
public final class BlockingReaders {
    static final int PARTITIONS = 32;

    /** The most readers without a cluster: each is a connection. */
    static final int MOST = 32;

    private final ServerTopology topology;
    private final Connector connector;
    private final ReadFailures failures = new ReadFailures();
    // Guarded by this.
    private final Map<Watcher, Reader> assigned = new HashMap<>();
    private final List<Reader> readers = new ArrayList<>();
    private boolean closed;

    /**
     * Who watches what.
     *
     * @param user tells apart those who watch the same partition; compared by identity
     * @param partition the partition
     */
    private record Watcher(Object user, PartitionId partition) {}

    /** A reader and its partitions. */
    private static final class Reader {
        private final BlockingReader blocking;
        private final Set<PartitionId> partitions = new HashSet<>();

        Reader(BlockingReader blocking) {
            this.blocking = blocking;
        }

        int size() {
            return partitions.size();
        }
    }

    public BlockingReaders(ServerTopology topology, Connector connector) {
        this.topology = topology;
        this.connector = connector;
    }

    /**
     * Watches a partition for one new entry. Replaces an earlier watch of the same partition by the same user.
     *
     * @param user tells apart those who watch the same partition
     * @param partition the partition
     * @param known the last entries known
     * @param wakeUp runs once, perhaps without a new entry, perhaps at once, on a thread of the client or of the caller; must not block
     */
    public void watch(Object user, PartitionId partition, Known known, Runnable wakeUp) {
        BlockingReader reader;
        synchronized (this) {
            if (closed) {
                return;
            }
            reader = assigned.computeIfAbsent(new Watcher(user, partition), watcher -> assign(partition)).blocking;
        }
        reader.watch(partition, known, wakeUp);
    }

    /** The caller holds the lock. */
    private Reader assign(PartitionId partition) {
        boolean clustered = topology.clustered();
        int most = clustered ? 0 : PARTITIONS;
        Reader reader = readers.stream()
                .filter(each -> !each.partitions.contains(partition))
                .min(Comparator.comparingInt(Reader::size))
                .filter(each -> each.size() < most || (!clustered && readers.size() >= MOST))
                .orElse(null);
        if (reader == null) {
            reader = new Reader(new BlockingReader(topology, connector, failures));
            readers.add(reader);
        }
        reader.partitions.add(partition);
        return reader;
    }

    /**
     * Stops watching a partition. A wake-up under way may still run.
     *
     * @param user as of {@link #watch}
     * @param partition the partition
     */
    public void forget(Object user, PartitionId partition) {
        forget(new Watcher(user, partition));
    }

    /**
     * Ends all watches of a user.
     *
     * @param user as of {@link #watch}
     */
    public void leave(Object user) {
        List<Watcher> theirs;
        synchronized (this) {
            theirs = assigned.keySet().stream()
                    .filter(watcher -> watcher.user == user)
                    .toList();
        }
        theirs.forEach(this::forget);
    }

    private void forget(Watcher watcher) {
        Reader reader;
        boolean last;
        synchronized (this) {
            reader = assigned.remove(watcher);
            if (reader == null) {
                return;
            }
            reader.partitions.remove(watcher.partition);
            last = reader.partitions.isEmpty();
            if (last) {
                readers.remove(reader);
            } else {
                // Under the lock: the partition may be assigned anew to this reader, by another user, as soon as it is
                // released.
                reader.blocking.forget(watcher.partition);
            }
        }
        if (last) {
            reader.blocking.close();
        }
    }

    /** Ends all watches and closes the connections. Does not block. */
    public void close() {
        List<Reader> open;
        synchronized (this) {
            closed = true;
            open = List.copyOf(readers);
            readers.clear();
            assigned.clear();
        }
        open.forEach(reader -> reader.blocking.close());
    }
}
