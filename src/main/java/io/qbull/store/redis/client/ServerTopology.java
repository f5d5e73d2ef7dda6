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

/** Which server serves which key. Finds out by itself whether it is a cluster. Thread-safe. */
public final class ServerTopology implements ServerNode.Listener {
    private static final Duration RELOAD_PAUSE = Duration.ofMillis(100);

    private final Connector connector;
    private final List<ServerNode> seeds;
    private final List<Consumer<String>> primaryListeners = new CopyOnWriteArrayList<>();
    private final AtomicBoolean reloading = new AtomicBoolean();
    /** Of a cluster only, the seeds not included; guarded by itself. */
    private final Map<String, ServerNode> nodes = new HashMap<>();
    /** Guarded by {@link #nodes}. */
    private boolean closed;
    /** The node of each slot; null as long as no cluster was met. */
    private volatile @Nullable AtomicReferenceArray<@Nullable ServerNode> slots;

    public ServerTopology(Connector connector, RedisSettings settings) {
        this.connector = connector;
        List<RedisURI> uris = Uris.of(settings);
        this.seeds =
                uris.stream().map(uri -> new ServerNode(connector, uri, this)).toList();
        seeds.forEach(ServerNode::start);
    }

    public void onPrimaryChange(Consumer<String> listener) {
        primaryListeners.add(listener);
    }

    /**
     * @return whether it is a cluster, as far as is known: certain once a {@link #route} was found
     */
    public boolean clustered() {
        return slots != null;
    }

    /**
     * @param key any key of the partition or queue
     * @return the way to its server; fails with {@link io.qbull.store.StoreException}
     */
    public CompletionStage<RoutedConnection> route(String key) {
        AtomicReferenceArray<@Nullable ServerNode> known = slots;
        if (known != null) {
            ServerNode node = known.get(SlotHash.getSlot(key));
            // A redirection may have put a node there that a reading of the table was just closing.
            if (node == null || node.closed()) {
                // Nothing is sent, so no answer would ever correct the table.
                reload();
                return RedisErrors.failed(RedisErrors.unavailable("no node of the cluster serves the slot of " + key));
            }
            return linked(node);
        }
        return firstOf(seeds.iterator(), route -> true).thenCompose(route -> {
            if (route.link().clustered()) {
                return load(route).thenCompose(done -> route(key));
            }
            if (seeds.size() > 1) {
                return RedisErrors.failed(RedisErrors.misconfigured(
                        "redisUri names several nodes, but " + route.node().name() + " is no cluster"));
            }
            return CompletableFuture.completedStage(route);
        });
    }

    /**
     * @return the ways to all servers that hold data; fails if one cannot be reached
     */
    public CompletionStage<List<RoutedConnection>> all() {
        return route(Keys.QUEUES).thenCompose(first -> {
            CompletionStage<List<RoutedConnection>> all = CompletableFuture.completedStage(List.of());
            for (ServerNode node : serving(first.node())) {
                all = all.thenCombine(linked(node), ServerTopology::plus);
            }
            return all;
        });
    }

    /**
     * A server said that another one serves a slot.
     *
     * @param key a key of that slot
     * @param from who said so
     * @param address host and port; an empty host is that of {@code from}
     * @return the way there
     */
    CompletionStage<RoutedConnection> moved(String key, ServerNode from, String address) {
        ServerNode node = at(from, address);
        AtomicReferenceArray<@Nullable ServerNode> known = slots;
        if (known != null) {
            known.set(SlotHash.getSlot(key), node);
            reload();
        }
        return linked(node);
    }

    /**
     * A server said that it cannot serve its slots, as one does that is cut off from the others: these are asked who does.
     *
     * @param route the way to that server
     */
    void doubted(RoutedConnection route) {
        if (slots != null) {
            reload(route);
        }
    }

    /** The way to a server that a slot is just moving to. */
    CompletionStage<RoutedConnection> asked(ServerNode from, String address) {
        return linked(at(from, address));
    }

    @Override
    public void primaryChanged(String old) {
        primaryListeners.forEach(listener -> listener.accept(old));
    }

    @Override
    public void unreachable() {
        if (slots != null) {
            reload();
        }
    }

    public void close() {
        seeds.forEach(ServerNode::close);
        synchronized (nodes) {
            closed = true;
            nodes.values().forEach(ServerNode::close);
        }
    }

    private static List<RoutedConnection> plus(List<RoutedConnection> some, RoutedConnection one) {
        List<RoutedConnection> more = new ArrayList<>(some);
        more.add(one);
        return more;
    }

    private Set<ServerNode> serving(ServerNode standalone) {
        AtomicReferenceArray<@Nullable ServerNode> known = slots;
        Set<ServerNode> serving = new HashSet<>();
        if (known == null) {
            serving.add(standalone);
            return serving;
        }
        for (int slot = 0; slot < known.length(); slot++) {
            ServerNode node = known.get(slot);
            if (node != null) {
                serving.add(node);
            }
        }
        return serving;
    }

    private static CompletionStage<RoutedConnection> linked(ServerNode node) {
        return node.link().thenApply(link -> new RoutedConnection(node, link));
    }

    /** The first of these that has a link, and one that will do. */
    private static CompletionStage<RoutedConnection> firstOf(
            Iterator<ServerNode> candidates, Predicate<RoutedConnection> good) {
        CompletionStage<RoutedConnection> first = linked(candidates.next()).thenApply(route -> {
            if (!good.test(route)) {
                throw RedisErrors.unavailable("Redis at " + route.node().name() + " is not asked");
            }
            return route;
        });
        return candidates.hasNext() ? first.exceptionallyCompose(error -> firstOf(candidates, good)) : first;
    }

    private void reload() {
        reload(null);
    }

    /**
     * Asks again who serves what, soon, once for all who want it meanwhile.
     *
     * @param doubted whom to ask only if nobody else answers
     */
    private void reload(@Nullable RoutedConnection doubted) {
        if (reloading.compareAndSet(false, true)) {
            connector.schedule(RELOAD_PAUSE, () -> {
                List<ServerNode> candidates = new ArrayList<>();
                synchronized (nodes) {
                    candidates.addAll(nodes.values());
                }
                candidates.addAll(seeds);
                // A failure needs no handling: who stays unreachable, or is doubted again, asks for the next reload.
                best(candidates, doubted).thenCompose(this::load).whenComplete((done, error) -> reloading.set(false));
            });
        }
    }

    /** By the process, for a seed may be the same server under another name. */
    private static CompletionStage<RoutedConnection> best(
            List<ServerNode> candidates, @Nullable RoutedConnection doubted) {
        CompletionStage<RoutedConnection> any = firstOf(candidates.iterator(), route -> true);
        if (doubted == null) {
            return any;
        }
        String process = doubted.link().process();
        return firstOf(candidates.iterator(), route -> !route.link().process().equals(process))
                .exceptionallyCompose(nobodyElse -> any);
    }

    private CompletionStage<Void> load(RoutedConnection from) {
        return from.link().send(Request.of(CommandType.CLUSTER, "SLOTS")).handle((reply, error) -> {
            if (error != null) {
                throw RedisErrors.of(error, false);
            }
            install(from.node(), reply.lists());
            return null;
        });
    }

    private void install(ServerNode from, List<Reply> ranges) {
        AtomicReferenceArray<@Nullable ServerNode> table = new AtomicReferenceArray<>(SlotHash.SLOT_COUNT);
        Set<ServerNode> used = new HashSet<>();
        for (Reply range : ranges) {
            Reply master = range.list(2);
            String host = master.textOrNull(0);
            ServerNode node = at(from, (host == null ? "" : host) + ":" + master.number(1));
            used.add(node);
            for (int slot = (int) range.number(0); slot <= range.number(1); slot++) {
                table.set(slot, node);
            }
        }
        slots = table;
        synchronized (nodes) {
            nodes.values().removeIf(node -> {
                if (!used.contains(node)) {
                    node.close();
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
        ServerNode node;
        synchronized (nodes) {
            node = nodes.compute(
                    host + ":" + port,
                    (name, known) -> known == null || known.closed()
                            ? new ServerNode(connector, Uris.at(seeds.get(0).uri(), host, port), this)
                            : known);
            if (closed) {
                node.close();
            }
        }
        node.start();
        return node;
    }
}
