package io.qbull.testing;

import static org.awaitility.Awaitility.await;

import io.qbull.config.RedisSettings;
import io.qbull.store.redis.RedisStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A Redis Cluster of three masters for a test class, as a static field with {@code @RegisterExtension}. Empty before each test;
 * after each test {@link QueueInvariants} must hold. The servers are child processes.
 */
public final class RedisClusterExtension
        implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
    private static final int MASTERS = 3;
    private static final int SLOTS = 16384;
    private static final int BUS_OFFSET = 10_000;

    private final List<RedisProcess> nodes = new ArrayList<>();
    private final List<AutoCloseable> opened = new ArrayList<>();

    /**
     * @return all servers, separated by commas
     */
    public String uri() {
        return nodes.stream().map(node -> "redis://127.0.0.1:" + node.port()).collect(Collectors.joining(","));
    }

    /**
     * @return one server only
     */
    public String seedUri() {
        return "redis://127.0.0.1:" + nodes.get(0).port();
    }

    /**
     * @return ports of the masters
     */
    public List<Integer> ports() {
        return nodes.stream().map(RedisProcess::port).toList();
    }

    /**
     * @return settings that name all servers
     */
    public RedisSettings settings() {
        return new RedisSettings(uri(), Duration.ofSeconds(1));
    }

    /**
     * @return a new store, closed after the test
     */
    public RedisStore store() {
        return store(settings());
    }

    /**
     * @param settings other settings than {@link #settings()}
     * @return a new store, closed after the test
     */
    public RedisStore store(RedisSettings settings) {
        RedisStore store = RedisStore.open(settings);
        opened.add(store);
        return store;
    }

    /**
     * @param node 0 to 2
     * @return a new plain connection to one master, closed after the test
     */
    public Resp resp(int node) {
        Resp resp = new Resp(nodes.get(node).port());
        opened.add(resp);
        return resp;
    }

    /**
     * Kills a master and starts it again with its data.
     *
     * @param node 0 to 2
     */
    public void restart(int node) {
        kill(node);
        start(node);
    }

    /**
     * Kills a master.
     *
     * @param node 0 to 2
     */
    public void kill(int node) {
        nodes.get(node).kill();
    }

    /**
     * Starts a master again with its data after {@link #kill}, and waits until all agree again.
     *
     * @param node 0 to 2
     */
    public void start(int node) {
        nodes.get(node).start();
        awaitFormed();
    }

    /**
     * @param slot a slot with keys
     * @return the master that has them, 0 to 2
     */
    public int owner(int slot) {
        for (int node = 0; node < MASTERS; node++) {
            if (resp(node).number("CLUSTER", "COUNTKEYSINSLOT", Integer.toString(slot)) > 0) {
                return node;
            }
        }
        throw new AssertionError("no node has keys of slot " + slot);
    }

    /**
     * Moves a slot as an operator does: announce, copy key by key, settle.
     *
     * @param slot the slot
     * @param from the master that has it, 0 to 2
     * @param to the master that gets it, 0 to 2
     * @param midway run when all keys have moved and the slot has not
     */
    public void move(int slot, int from, int to, Runnable midway) {
        Resp source = resp(from);
        Resp target = resp(to);
        String number = Integer.toString(slot);
        String sourceId = source.text("CLUSTER", "MYID");
        String targetId = target.text("CLUSTER", "MYID");
        target.call("CLUSTER", "SETSLOT", number, "IMPORTING", sourceId);
        source.call("CLUSTER", "SETSLOT", number, "MIGRATING", targetId);
        for (Object key : source.list("CLUSTER", "GETKEYSINSLOT", number, "1000")) {
            String port = Integer.toString(ports().get(to));
            String user = PodRights.ADMIN;
            source.call("MIGRATE", "127.0.0.1", port, (String) key, "0", "5000", "AUTH2", user, user);
        }
        try {
            midway.run();
        } finally {
            for (int node = 0; node < MASTERS; node++) {
                resp(node).call("CLUSTER", "SETSLOT", number, "NODE", targetId);
            }
        }
    }

    /**
     * Freezes a master.
     *
     * @param node 0 to 2
     */
    public void pause(int node) {
        nodes.get(node).pause();
    }

    /**
     * Resumes a master.
     *
     * @param node 0 to 2
     */
    public void resume(int node) {
        nodes.get(node).resume();
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        for (int i = 0; i < MASTERS; i++) {
            RedisProcess node = new RedisProcess(
                    clusterPort(),
                    List.of(
                            "--cluster-enabled",
                            "yes",
                            "--cluster-config-file",
                            "nodes.conf",
                            "--cluster-node-timeout",
                            "5000"));
            node.start();
            nodes.add(node);
        }
        for (int i = 0; i < MASTERS; i++) {
            try (Resp resp = new Resp(nodes.get(i).port())) {
                resp.call("CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(i + 1));
                List<String> slots = new ArrayList<>(List.of("CLUSTER", "ADDSLOTS"));
                for (int slot = i * SLOTS / MASTERS; slot < (i + 1) * SLOTS / MASTERS; slot++) {
                    slots.add(Integer.toString(slot));
                }
                resp.call(slots.toArray(String[]::new));
                resp.call(
                        "CLUSTER",
                        "MEET",
                        "127.0.0.1",
                        Integer.toString(nodes.get(0).port()));
            }
        }
        awaitFormed();
        System.out.println("Redis Cluster for tests: embedded program, ports " + ports());
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        for (RedisProcess node : nodes) {
            try (Resp resp = new Resp(node.port())) {
                resp.call("FLUSHALL");
                resp.call("ACL", "LOG", "RESET");
            }
        }
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
        opened.clear();
        nodes.forEach(RedisProcess::resume);
        awaitFormed();
        List<Resp> connections = new ArrayList<>();
        try {
            nodes.forEach(node -> connections.add(new Resp(node.port())));
            QueueInvariants.check(connections);
            connections.forEach(PodRights::check);
        } finally {
            connections.forEach(Resp::close);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        nodes.forEach(RedisProcess::close);
        nodes.clear();
    }

    private void awaitFormed() {
        await("cluster")
                .pollInterval(Duration.ofMillis(20))
                .until(() -> nodes.stream().allMatch(RedisClusterExtension::formed));
    }

    private static boolean formed(RedisProcess node) {
        try (Resp resp = new Resp(node.port())) {
            String info = resp.text("CLUSTER", "INFO");
            return info.contains("cluster_state:ok")
                    && info.contains("cluster_known_nodes:" + MASTERS)
                    && info.contains("cluster_slots_assigned:" + SLOTS);
        }
    }

    /** The servers talk to each other on a second port at a fixed offset above the first, which must be valid too. */
    private static int clusterPort() {
        int port = Ports.free();
        while (port + BUS_OFFSET > 65_000) {
            port = Ports.free();
        }
        return port;
    }
}
