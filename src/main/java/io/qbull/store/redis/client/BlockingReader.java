package io.qbull.store.redis.client;

import io.qbull.model.PartitionId;
import io.qbull.model.StreamId;
import io.qbull.runtime.LogLimit;
import io.qbull.store.StoreException;
import io.qbull.store.WakeUps.Known;
import io.qbull.store.redis.schema.Keys;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits on a connection of its own for the first new entry in the streams and inboxes of some partitions, all on one server. One
 * blocking read runs at a time; what it costs the server grows with the number of partitions, so there are several readers of a few
 * partitions each. It ends with an entry, with its timeout, or with a CLIENT UNBLOCK because other partitions were added. After an error
 * every watch is woken, because entries may have arrived unseen. Thread-safe; wake-ups run on a thread of the client, or on that of the
 * caller.
 */
final class BlockingReader {
    private static final Logger LOG = LoggerFactory.getLogger(BlockingReader.class);
    private static final Duration RECONNECT_PAUSE = Duration.ofMillis(250);
    /** Partitions are added in bunches; one CLIENT UNBLOCK serves a bunch. */
    private static final Duration BUNCH = Duration.ofMillis(2);

    private static final Duration FIRST_UNBLOCK_PAUSE = Duration.ofMillis(5);
    private static final Duration LONGEST_UNBLOCK_PAUSE = Duration.ofSeconds(1);

    private final ServerTopology topology;
    private final Connector connector;
    private final ReadFailures failures;
    // Guarded by this. No callback runs under the lock.
    private final WatchSet watched = new WatchSet();
    private Phase phase = Phase.IDLE;
    private @Nullable Subscription subscription;
    /** Number of the read under way, or of the last one. */
    private long reads;

    private final LogLimit lines = new LogLimit();

    private enum Phase {
        /** Nothing is under way. */
        IDLE,
        /** Connecting, or pausing before the next attempt. */
        CONNECTING,
        /** A read is blocked in the server and covers every watch. */
        READING,
        /** A read is blocked, misses a watch, and is being ended. */
        UNBLOCKING,
        /** For good. */
        CLOSED
    }

    /**
     * @param failures is told why this reader cannot wait; shared by all readers of a store
     */
    BlockingReader(ServerTopology topology, Connector connector, ReadFailures failures) {
        this.topology = topology;
        this.connector = connector;
        this.failures = failures;
    }

    /**
     * Watches a partition for one new entry. Replaces an earlier watch of the same partition.
     *
     * @param partition on the same server as all others of this reader
     * @param known the last entries known
     * @param wakeUp runs once, perhaps without a new entry, perhaps at once; must not block
     */
    void watch(PartitionId partition, Known known, Runnable wakeUp) {
        Runnable step = BlockingReader::nothing;
        synchronized (this) {
            switch (watched.watch(partition, known, wakeUp)) {
                case NOTHING -> {}
                case READ -> step = nextStep();
                case WAKE -> {
                    Runnable fired = watched.wake(partition);
                    step = fired == null ? step : () -> wake(fired);
                }
            }
        }
        step.run();
    }

    /** Stops watching a partition. A wake-up under way may still run. */
    void forget(PartitionId partition) {
        synchronized (this) {
            watched.forget(partition);
        }
    }

    /** Closes the connection and drops every watch. Does not block. */
    void close() {
        Subscription open;
        synchronized (this) {
            phase = Phase.CLOSED;
            var unused = watched.clear();
            open = subscription;
            subscription = null;
        }
        failures.ended(this);
        if (open != null) {
            open.connection().close();
        }
    }

    private void proceed() {
        Runnable step;
        synchronized (this) {
            step = nextStep();
        }
        step.run();
    }

    /** Chooses the next step and enters its phase. The caller holds the lock, and runs the step after releasing it. */
    private Runnable nextStep() {
        if (watched.isEmpty()) {
            return BlockingReader::nothing;
        }
        return switch (phase) {
            case IDLE -> begin();
            case READING -> {
                phase = Phase.UNBLOCKING;
                Subscription current = subscription;
                long number = reads;
                yield current == null
                        ? BlockingReader::nothing
                        : () -> connector.schedule(BUNCH, () -> unblock(current, number, FIRST_UNBLOCK_PAUSE));
            }
            case CONNECTING, UNBLOCKING, CLOSED -> BlockingReader::nothing;
        };
    }

    private Runnable begin() {
        Subscription current = subscription;
        if (current == null) {
            phase = Phase.CONNECTING;
            PartitionId any = watched.any();
            return () -> connect(any);
        }
        phase = Phase.READING;
        reads++;
        List<WatchSet.Place> places = watched.begin();
        return () -> read(current, places);
    }

    private synchronized void enter(Phase next) {
        if (phase != Phase.CLOSED) {
            phase = next;
        }
    }

    private void connect(PartitionId any) {
        CompletionStage<Subscription> opening = topology.locate(Keys.stream(any), Traffic.LEASES)
                .thenCompose(target -> Subscription.open(connector, target.server()));
        Futures.whenDone(opening, (opened, error) -> {
            if (error == null) {
                connected(opened);
            } else {
                retry(error);
            }
        });
    }

    private void connected(Subscription opened) {
        boolean late;
        synchronized (this) {
            late = phase == Phase.CLOSED;
            if (!late) {
                phase = Phase.IDLE;
                subscription = opened;
            }
        }
        if (late) {
            opened.connection().close();
        } else {
            proceed();
        }
    }

    private void read(Subscription on, List<WatchSet.Place> places) {
        List<String> streams = places.stream().map(WatchSet.Place::key).toList();
        List<String> after =
                places.stream().map(place -> place.after().toString()).toList();
        Futures.whenDone(on.read(streams, after), (reply, error) -> {
            if (error == null) {
                received(reply);
            } else {
                lost(on, error);
            }
        });
    }

    private void received(Reply reply) {
        Map<String, StreamId> heard = new HashMap<>();
        if (!reply.items().isEmpty() && reply.items().get(0) != null) {
            reply.lists()
                    .forEach(each -> heard.put(
                            each.text(0), StreamId.parse(each.list(1).list(0).text(0))));
        }
        List<Runnable> due;
        synchronized (this) {
            enter(Phase.IDLE);
            due = watched.end(heard);
        }
        failures.ended(this);
        // First, because the next read may take its time to reach the server, and the wake-ups do not wait for it.
        due.forEach(this::wake);
        proceed();
    }

    private void lost(Subscription on, Throwable error) {
        if (RedisErrors.demotion(error)) {
            on.demoted();
        }
        synchronized (this) {
            if (on.equals(subscription)) {
                subscription = null;
            }
            enter(Phase.CONNECTING);
        }
        on.connection().close();
        retry(RedisErrors.of(error, false));
    }

    /** Wakes every watch after a pause. The phase is CONNECTING until then. */
    private void retry(Throwable error) {
        synchronized (this) {
            if (phase == Phase.CLOSED) {
                return;
            }
            // The woken owners report that Redis is unreachable; nobody else would report an error of this connection
            // alone.
            if (!(error instanceof StoreException.Unavailable)) {
                failures.failed(this, RedisErrors.message(error));
            }
        }
        connector.schedule(Backoff.spread(RECONNECT_PAUSE), this::wakeAll);
    }

    /** The owners fetch and watch again, which connects: this is the polling. */
    private void wakeAll() {
        List<Runnable> waiting;
        synchronized (this) {
            enter(Phase.IDLE);
            waiting = watched.clear();
        }
        waiting.forEach(this::wake);
    }

    /** Ends a blocking read. Repeats until the read has ended, because the first command may overtake the read. */
    private void unblock(Subscription on, long number, Duration pause) {
        if (!stillBlocked(number)) {
            return;
        }
        // A failure is handled like an answer of 0: repeat, less often.
        on.unblock()
                .whenComplete((done, error) -> connector.schedule(
                        pause, () -> unblock(on, number, Backoff.next(pause, LONGEST_UNBLOCK_PAUSE))));
    }

    private synchronized boolean stillBlocked(long number) {
        return phase == Phase.UNBLOCKING && reads == number;
    }

    private void wake(Runnable wakeUp) {
        try {
            wakeUp.run();
        } catch (RuntimeException e) {
            lines.log(e.toString(), more -> LOG.error("A wake-up failed{}", more, e));
        }
    }

    private static void nothing() {}
}
