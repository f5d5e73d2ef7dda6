package io.qbull.store.redis;

import io.lettuce.core.protocol.CommandType;
import io.qbull.config.RedisSettings;
import io.qbull.model.Printable;
import io.qbull.store.DeadLetters;
import io.qbull.store.DelayedJobs;
import io.qbull.store.DeletionTable;
import io.qbull.store.Examiner;
import io.qbull.store.HeldJobs;
import io.qbull.store.HeldKeyTable;
import io.qbull.store.Inspector;
import io.qbull.store.JobLog;
import io.qbull.store.LayoutTable;
import io.qbull.store.LeaseTable;
import io.qbull.store.PauseTable;
import io.qbull.store.ResizeTable;
import io.qbull.store.SourceTable;
import io.qbull.store.Store;
import io.qbull.store.WakeUps;
import io.qbull.store.redis.client.CommandRouter;
import io.qbull.store.redis.client.ConnectionSet;
import io.qbull.store.redis.client.Futures;
import io.qbull.store.redis.client.RedisErrors;
import io.qbull.store.redis.client.RedisLocation;
import io.qbull.store.redis.client.Request;
import io.qbull.store.redis.client.RoutedConnection;
import io.qbull.store.redis.client.ServerTopology;
import io.qbull.store.redis.client.SharedConnections;
import io.qbull.store.redis.client.Traffic;
import io.qbull.store.redis.schema.Keys;
import io.qbull.store.redis.tables.KnownLayouts;
import io.qbull.store.redis.tables.RedisDeadLetters;
import io.qbull.store.redis.tables.RedisDelayedJobs;
import io.qbull.store.redis.tables.RedisDeletionTable;
import io.qbull.store.redis.tables.RedisExaminer;
import io.qbull.store.redis.tables.RedisHeldJobs;
import io.qbull.store.redis.tables.RedisHeldKeyTable;
import io.qbull.store.redis.tables.RedisInspector;
import io.qbull.store.redis.tables.RedisJobLog;
import io.qbull.store.redis.tables.RedisLayoutTable;
import io.qbull.store.redis.tables.RedisLeaseTable;
import io.qbull.store.redis.tables.RedisPauseTable;
import io.qbull.store.redis.tables.RedisResizeTable;
import io.qbull.store.redis.tables.RedisSourceTable;
import io.qbull.store.redis.tables.RedisWakeUps;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * The store on Redis: one server, a master behind sentinels, or a cluster. All stores of a process on one Redis share their connections,
 * and closing the last of these stores closes them. It connects in the background and reconnects whenever a
 * connection is lost; commands meanwhile fail with {@link io.qbull.store.StoreException.Unavailable}. Thread-safe.
 *
 * <p>A lease is bound to the server process that granted it. In a cluster that is the master of the partition's slot, so a slot that
 * moves to another server ends the lease just as a failover does. {@link #onPrimaryChange} reports a server that was restarted or
 * replaced behind the same address. When a slot has moved in a cluster, the owner learns it from its next command.
 */
public final class RedisStore implements Store {
    private static final Duration LOADING_PAUSE = Duration.ofMillis(200);

    private final ConnectionSet connections;
    private final ServerTopology topology;
    private final JobLog jobs;
    private final HeldJobs held;
    private final DelayedJobs delayed;
    private final RedisLeaseTable leases;
    private final LayoutTable layouts;
    private final RedisResizeTable resize;
    private final SourceTable sources;
    private final Inspector inspector;
    private final Examiner examiner;
    private final DeadLetters deadLetters;
    private final HeldKeyTable heldKeys;
    private final RedisWakeUps wakeUps;
    private final RedisPauseTable pauses;
    private final DeletionTable deletions;
    /** Of this store alone, among those of all that share the connections. */
    private final List<Consumer<String>> primaryListeners = new CopyOnWriteArrayList<>();

    private final AtomicBoolean closed = new AtomicBoolean();

    private RedisStore(ConnectionSet connections) {
        this.connections = connections;
        this.topology = connections.topology();
        CommandRouter router = new CommandRouter(topology, Traffic.BULK, closed::get);
        CommandRouter leaseRouter = new CommandRouter(topology, Traffic.LEASES, closed::get);
        this.jobs = new RedisJobLog(router);
        this.held = new RedisHeldJobs(router);
        this.delayed = new RedisDelayedJobs(router);
        this.leases = new RedisLeaseTable(topology, leaseRouter, connections.announcements());
        KnownLayouts known = new KnownLayouts();
        this.layouts = new RedisLayoutTable(router, leaseRouter, known, this::check);
        this.resize = new RedisResizeTable(topology, router, known, connections.announcements());
        this.sources = new RedisSourceTable(router);
        this.inspector = new RedisInspector(router);
        this.examiner = new RedisExaminer(router);
        this.deadLetters = new RedisDeadLetters(router);
        this.heldKeys = new RedisHeldKeyTable(router);
        this.wakeUps = new RedisWakeUps(connections.readers());
        this.deletions = new RedisDeletionTable(router);
        this.pauses = new RedisPauseTable(leaseRouter, connections.announcements(), connections.changeNumbers());
    }

    /**
     * Opens a store over the connections that this process has to that Redis, and opens those if it has none. Returns at once, even
     * while Redis is unreachable.
     *
     * @param settings where Redis is
     * @return the store; the caller closes it
     * @throws IllegalArgumentException if the URI has another form; the message does not quote it
     */
    public static RedisStore open(RedisSettings settings) {
        return new RedisStore(SharedConnections.PROCESS.acquire(settings));
    }

    /**
     * @param settings where Redis is
     * @throws IllegalArgumentException if the URI has another form; the message does not quote it
     */
    public static void check(RedisSettings settings) {
        RedisLocation.of(settings, false);
    }

    /**
     * Checks that every server is reachable and evicts no data.
     *
     * @return completes if they do; fails with {@link io.qbull.store.StoreException.Misconfigured} if a server may evict data
     */
    public CompletionStage<Void> check() {
        return RedisErrors.translate(topology.all().thenCompose(targets -> {
            List<CompletionStage<Void>> checks = new ArrayList<>();
            targets.forEach(target -> checks.add(check(target)));
            return Futures.all(checks).thenApply(all -> null);
        }));
    }

    /**
     * Waits while servers load their data. Until then they answer no questions about it.
     *
     * @param attempts how often to look, 200 ms apart
     * @return completes when every server has loaded its data; fails with {@link io.qbull.store.StoreException.Unavailable} if one still
     *     loads, or cannot be reached
     */
    public CompletionStage<Void> loaded(int attempts) {
        return RedisErrors.translate(loading().thenCompose(server -> {
            if (server.isEmpty()) {
                return CompletableFuture.completedStage(null);
            }
            if (attempts <= 1) {
                return RedisErrors.failed(RedisErrors.unavailable(
                        "Redis at " + server.get() + " is still loading its data; try again later"));
            }
            CompletableFuture<Void> later = new CompletableFuture<>();
            connections.connector().schedule(LOADING_PAUSE, () -> later.complete(null));
            return later.thenCompose(now -> loaded(attempts - 1));
        }));
    }

    /** The name of a server that loads its data, if there is one. */
    private CompletionStage<Optional<String>> loading() {
        return topology.all()
                .thenCompose(targets -> Futures.all(targets.stream()
                                .map(target -> target.connection()
                                        .send(Request.of(CommandType.INFO, "persistence"))
                                        .thenApply(reply -> reply.text(0).contains("loading:1")
                                                ? target.server().name()
                                                : ""))
                                .toList())
                        .thenApply(names ->
                                names.stream().filter(name -> !name.isEmpty()).findFirst()));
    }

    /**
     * @return where Redis is, for another client; fails if no server can be reached
     */
    public CompletionStage<RedisLocation> location() {
        return RedisErrors.translate(topology.locate(Keys.QUEUES, Traffic.BULK)
                .thenApply(target -> RedisLocation.of(
                        connections.settings(), target.connection().clustered())));
    }

    @Override
    public JobLog jobs() {
        return jobs;
    }

    @Override
    public HeldJobs held() {
        return held;
    }

    @Override
    public DelayedJobs delayed() {
        return delayed;
    }

    @Override
    public LeaseTable leases() {
        return leases;
    }

    @Override
    public LayoutTable layouts() {
        return layouts;
    }

    @Override
    public ResizeTable resize() {
        return resize;
    }

    @Override
    public SourceTable sources() {
        return sources;
    }

    @Override
    public Inspector inspector() {
        return inspector;
    }

    @Override
    public Examiner examiner() {
        return examiner;
    }

    @Override
    public DeadLetters deadLetters() {
        return deadLetters;
    }

    @Override
    public HeldKeyTable heldKeys() {
        return heldKeys;
    }

    @Override
    public WakeUps wakeUps() {
        return wakeUps;
    }

    @Override
    public PauseTable pauses() {
        return pauses;
    }

    @Override
    public DeletionTable deletions() {
        return deletions;
    }

    @Override
    public Object connections() {
        return connections;
    }

    @Override
    public void onPrimaryChange(Consumer<String> listener) {
        primaryListeners.add(listener);
        topology.onPrimaryChange(listener);
    }

    /**
     * Sends nothing more. Commands under way are still answered if other stores use the connections; else these close shortly after, and
     * the commands fail. Does not block; may be called again.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        wakeUps.close();
        leases.close();
        pauses.close();
        resize.close();
        primaryListeners.forEach(topology::forget);
        SharedConnections.PROCESS.release(connections);
    }

    private static CompletionStage<Void> check(RoutedConnection target) {
        return target.connection().send(Request.of(CommandType.INFO, "memory")).handle((reply, error) -> {
            if (error != null) {
                throw RedisErrors.of(error, false);
            }
            String policy = reply.text(0)
                    .lines()
                    .filter(line -> line.startsWith("maxmemory_policy:"))
                    .map(line -> line.substring(line.indexOf(':') + 1).trim())
                    .findFirst()
                    .orElse("unknown");
            if (!policy.equals("noeviction")) {
                throw RedisErrors.misconfigured("Redis at " + target.server().name() + " has maxmemory-policy "
                        + Printable.of(policy) + ", which may drop jobs; set it to noeviction");
            }
            return null;
        });
    }
}
