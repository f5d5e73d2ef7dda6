package io.qbull.store.redis.client;

import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.protocol.CommandType;
import io.qbull.config.RedisSettings;
import io.qbull.store.redis.schema.Keys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Knows which server serves a key, and finds out by itself whether the servers form a cluster. Thread-safe; futures complete on a
 * thread of the client.
 */
public final class ServerTopology {
    private static final Duration RELOAD_PAUSE = Duration.ofMillis(100);

    private final Connector connector;
    private final List<ServerNode> seeds;
    private final List<Consumer<String>> primaryListeners = new CopyOnWriteArrayList<>();
    private final AtomicBoolean reloading = new AtomicBoolean();
    /** The masters of a cluster by host and port, without the seeds; guarded by itself. */
    private final Map<String, ServerNode> masters = new HashMap<>();
    /** Guarded by {@link #masters}. */
    private boolean closed;
    /** The server of each slot; null until a cluster is found. */
    private volatile @Nullable AtomicReferenceArray<@Nullable ServerNode> slots;

    private final ServerNode.Listener serverListener = new ServerNode.Listener() {
        @Override
        public void primaryChanged(String old) {
            primaryListeners.forEach(listener -> listener.accept(old));
        }

        @Override
        public void unreachable() {
            if (slots != null) {
                reload(null);
            }
        }
    };

    /**
     * Starts to connect. Does not block.
     *
     * @throws IllegalArgumentException if the URI has another form; the message does not quote it
     */
    public ServerTopology(Connector connector, RedisSettings settings) {
        this.connector = connector;
        List<RedisURI> uris = Uris.of(settings);
        this.seeds = uris.stream()
                .map(uri -> new ServerNode(connector, uri, serverListener))
                .toList();
        seeds.forEach(ServerNode::start);
    }

    /**
     * @param listener gets the old primary, as {@link io.qbull.model.Lease#primary} names it, on a thread of the client; must not
     *     block
     */
    public void onPrimaryChange(Consumer<String> listener) {
        primaryListeners.add(listener);
    }

    /** Ends {@link #onPrimaryChange}. A call under way may still run. */
    public void forget(Consumer<String> listener) {
        primaryListeners.remove(listener);
    }

    /**
     * @return whether the servers are known to form a cluster; certain once {@link #locate} has succeeded
     */
    public boolean clustered() {
        return slots != null;
    }

    /**
     * @param key any key of the partition or queue
     * @param traffic which connection to the server
     * @return the connection to its server; fails with {@link io.qbull.store.StoreException}
     */
    public CompletionStage<RoutedConnection> locate(String key, Traffic traffic) {
        AtomicReferenceArray<@Nullable ServerNode> known = slots;
        if (known == null) {
            return firstOf(seeds.iterator(), traffic, any -> true).thenCompose(seed -> fromSeed(seed, key, traffic));
        }
        ServerNode server = known.get(SlotHash.getSlot(key));
        // A redirection may have put a server there that a reload was about to close.
        if (server == null || server.closed()) {
            // Nothing is sent, so no reply would ever correct the table.
            reload(null);
            return RedisErrors.failed(RedisErrors.unavailable("no node of the cluster serves the slot of " + key));
        }
        return connected(server, traffic);
    }

    private CompletionStage<RoutedConnection> fromSeed(RoutedConnection seed, String key, Traffic traffic) {
        if (seed.connection().clustered()) {
            return load(seed).thenCompose(done -> locate(key, traffic));
        }
        if (seeds.size() > 1) {
            return RedisErrors.failed(RedisErrors.misconfigured(
                    "redisUri names several servers, but " + seed.server().name() + " is not part of a cluster"));
        }
        return CompletableFuture.completedStage(seed);
    }

    /**
     * @return connections to all servers that hold data; fails if one cannot be reached
     */
    public CompletionStage<List<RoutedConnection>> all() {
        return locate(Keys.QUEUES, Traffic.BULK).thenCompose(first -> {
            List<CompletionStage<RoutedConnection>> connections = serving(first.server()).stream()
                    .map(server -> connected(server, Traffic.BULK))
                    .toList();
            return Futures.all(connections);
        });
    }

    /**
     * Follows a MOVED reply: another server serves the slot for good.
     *
     * @param key a key of the slot
     * @param from the server that replied
     * @param address host and port; an empty host is that of {@code from}
     * @param traffic which connection to that server
     */
    CompletionStage<RoutedConnection> moved(String key, ServerNode from, String address, Traffic traffic) {
        ServerNode server = at(from, address);
        AtomicReferenceArray<@Nullable ServerNode> known = slots;
        if (known != null) {
            known.set(SlotHash.getSlot(key), server);
            reload(null);
        }
        return connected(server, traffic);
    }

    /**
     * Follows an ASK reply: another server is importing the slot and serves this one command.
     *
     * @param from the server that replied
     * @param address host and port; an empty host is that of {@code from}
     * @param traffic which connection to that server
     */
    CompletionStage<RoutedConnection> importing(ServerNode from, String address, Traffic traffic) {
        return connected(at(from, address), traffic);
    }

    /**
     * Reports that a server is cut off from its cluster and cannot serve its slots. The other servers are asked which of them does.
     *
     * @param target the server
     */
    void cutOff(RoutedConnection target) {
        if (slots != null) {
            reload(target);
        }
    }

    /** Closes all connections for good. Does not block. */
    public void close() {
        seeds.forEach(ServerNode::close);
        synchronized (masters) {
            closed = true;
            masters.values().forEach(ServerNode::close);
        }
    }

    private Set<ServerNode> serving(ServerNode standalone) {
        AtomicReferenceArray<@Nullable ServerNode> known = slots;
        Set<ServerNode> serving = new HashSet<>();
        if (known == null) {
            serving.add(standalone);
            return serving;
        }
        for (int slot = 0; slot < known.length(); slot++) {
            ServerNode server = known.get(slot);
            if (server != null) {
                serving.add(server);
            }
        }
        return serving;
    }

    private static CompletionStage<RoutedConnection> connected(ServerNode server, Traffic traffic) {
        return server.connection(traffic).thenApply(connection -> new RoutedConnection(server, connection));
    }

    /** The first of the candidates that is connected and meets the condition. */
    private static CompletionStage<RoutedConnection> firstOf(
            Iterator<ServerNode> candidates, Traffic traffic, Predicate<RoutedConnection> condition) {
        CompletionStage<RoutedConnection> first = connected(candidates.next(), traffic)
                .thenApply(target -> {
                    if (!condition.test(target)) {
                        throw RedisErrors.unavailable(
                                "Redis at " + target.server().name() + " is not asked");
                    }
                    return target;
                });
        return candidates.hasNext()
                ? first.exceptionallyCompose(error -> firstOf(candidates, traffic, condition))
                : first;
    }

    /**
     * Reads the slot table again after a pause. Calls within the pause share one reload.
     *
     * @param cutOff a server to ask only if no other answers
     */
    private void reload(@Nullable RoutedConnection cutOff) {
        if (reloading.compareAndSet(false, true)) {
            connector.schedule(RELOAD_PAUSE, () -> {
                List<ServerNode> candidates = new ArrayList<>();
                synchronized (masters) {
                    candidates.addAll(masters.values());
                }
                candidates.addAll(seeds);
                // A failure needs no handling: a server that stays unreachable or cut off causes the next reload.
                best(candidates, cutOff).thenCompose(this::load).whenComplete((done, error) -> reloading.set(false));
            });
        }
    }

    /** Compares processes, because a seed may be the same server under another name. */
    private static CompletionStage<RoutedConnection> best(
            List<ServerNode> candidates, @Nullable RoutedConnection cutOff) {
        CompletionStage<RoutedConnection> any = firstOf(candidates.iterator(), Traffic.BULK, target -> true);
        if (cutOff == null) {
            return any;
        }
        String process = cutOff.connection().process();
        return firstOf(
                        candidates.iterator(),
                        Traffic.BULK,
                        target -> !target.connection().process().equals(process))
                .exceptionallyCompose(noOther -> any);
    }

    private CompletionStage<Void> load(RoutedConnection from) {
        return from.connection().send(Request.of(CommandType.CLUSTER, "SLOTS")).handle((reply, error) -> {
            if (error != null) {
                throw RedisErrors.of(error, false);
            }
            install(from.server(), reply.lists());
            return null;
        });
    }

    private void install(ServerNode from, List<Reply> ranges) {
        AtomicReferenceArray<@Nullable ServerNode> table = new AtomicReferenceArray<>(SlotHash.SLOT_COUNT);
        Set<ServerNode> used = new HashSet<>();
        for (Reply range : ranges) {
            Reply master = range.list(2);
            String host = master.textOrNull(0);
            ServerNode server = at(from, (host == null ? "" : host) + ":" + master.number(1));
            used.add(server);
            for (int slot = (int) range.number(0); slot <= range.number(1); slot++) {
                table.set(slot, server);
            }
        }
        slots = table;
        closeAllBut(used);
    }

    private void closeAllBut(Set<ServerNode> used) {
        synchronized (masters) {
            masters.values().removeIf(server -> {
                if (!used.contains(server)) {
                    server.close();
                    return true;
                }
                return false;
            });
        }
    }

    private ServerNode at(ServerNode from, String address) {
        int colon = address.lastIndexOf(':');
        String host = colon > 0 ? address.substring(0, colon) : from.uri().getHost();
        int port = Integer.parseInt(address.substring(colon + 1));
        ServerNode server;
        synchronized (masters) {
            server = masters.compute(
                    host + ":" + port, (name, known) -> known == null || known.closed() ? master(host, port) : known);
            if (closed) {
                server.close();
            }
        }
        server.start();
        return server;
    }

    private ServerNode master(String host, int port) {
        return new ServerNode(connector, Uris.at(seeds.get(0).uri(), host, port), serverListener);
    }
}
