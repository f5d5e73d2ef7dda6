package io.qbull.chaos;

import static org.awaitility.Awaitility.await;

import io.qbull.testing.Resp;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** All faults that a run chooses from. */
final class Faults {
    private static final String ADMIN = "chaos";
    /** Commands of pods that they may lose the right to. */
    private static final List<String> RIGHTS =
            List.of("-@all", "-evalsha -eval", "-xread", "-xadd", "-@write", "-publish -subscribe", "-hset");

    private final Servers servers;
    private final Crew crew;
    private final Receiver receiver;
    private final Partitions partitions;
    private final Random random;

    Faults(Servers servers, Crew crew, Receiver receiver, Partitions partitions, Random random) {
        this.servers = servers;
        this.crew = crew;
        this.receiver = receiver;
        this.partitions = partitions;
        this.random = random;
    }

    /** The faults that fit the servers. */
    List<Fault> list() {
        List<Fault> faults = new ArrayList<>(List.of(
                new Fault("pod killed", Duration.ofSeconds(1), this::killPod),
                new Fault("Redis killed", Duration.ofSeconds(1), this::killRedis),
                new Fault("Redis frozen", Duration.ofSeconds(12), this::freezeRedis),
                new Fault("Redis full", Duration.ofSeconds(20), this::full),
                new Fault("rights removed", Duration.ofSeconds(20), this::withoutRights),
                new Fault("connections killed", Duration.ofSeconds(1), this::killConnections),
                new Fault("scripts forgotten", Duration.ofSeconds(1), this::forgetScripts),
                new Fault("key deleted", Duration.ofSeconds(1), this::deleteKey),
                new Fault("receiver down", Duration.ofSeconds(25), this::receiverDown),
                new Fault("receiver slow", Duration.ofSeconds(15), this::receiverSlow)));
        if (servers.ports().size() > 1) {
            // First: keys move only between servers that have no other fault.
            faults.add(0, new Fault("slot half migrated", Duration.ofSeconds(20), this::migrateSlot));
        }
        return faults;
    }

    /** What mends a fault that is over at once. */
    private static void nothing() {}

    private Runnable killPod() {
        crew.replace(random.nextInt(crew.size()));
        return Faults::nothing;
    }

    private Runnable killRedis() {
        servers.restart(random.nextInt(servers.ports().size()));
        prepare(servers);
        return Faults::nothing;
    }

    private Runnable freezeRedis() {
        int server = random.nextInt(servers.ports().size());
        servers.pause(server);
        return () -> servers.resume(server);
    }

    private Runnable full() {
        everywhere(resp -> resp.call("CONFIG", "SET", "maxmemory", "1"));
        return () -> everywhere(resp -> resp.call("CONFIG", "SET", "maxmemory", "0"));
    }

    private Runnable withoutRights() {
        String rights = RIGHTS.get(random.nextInt(RIGHTS.size()));
        everywhere(resp -> {
            List<String> command = new ArrayList<>(List.of("ACL", "SETUSER", "default"));
            command.addAll(List.of(rights.split(" ", -1)));
            resp.call(command.toArray(String[]::new));
        });
        return () -> everywhere(resp -> resp.call("ACL", "SETUSER", "default", "+@all"));
    }

    private Runnable killConnections() {
        everywhere(resp -> resp.call("CLIENT", "KILL", "TYPE", "normal"));
        everywhere(resp -> resp.call("CLIENT", "KILL", "TYPE", "pubsub"));
        return Faults::nothing;
    }

    private Runnable forgetScripts() {
        everywhere(resp -> resp.call("SCRIPT", "FLUSH"));
        return Faults::nothing;
    }

    /** A key that holds no job. */
    private Runnable deleteKey() {
        String stream =
                partitions.streams().get(random.nextInt(partitions.streams().size()));
        String queue = stream.substring(0, stream.indexOf(':'));
        List<String> keys = List.of(
                "{" + stream + "}:seal",
                "{" + stream + "}:lease",
                "{" + stream + "}:inbox",
                "{" + queue + "}:pods",
                "{" + queue + "}:layout",
                "qbull:queues");
        String key = keys.get(random.nextInt(keys.size()));
        try {
            onOwnerOf(key, resp -> resp.call("DEL", key));
        } catch (UncheckedIOException e) {
            // Another fault has frozen the server.
            System.out.println(key + " is not deleted: " + e.getMessage());
        }
        return Faults::nothing;
    }

    private Runnable receiverDown() {
        receiver.down();
        return receiver::up;
    }

    private Runnable receiverSlow() {
        receiver.answersAfter(Duration.ofSeconds(1).toNanos());
        return () -> receiver.answersAfter(0);
    }

    /** Some keys of a partition are on the old server, some on the new one, until the move is completed. */
    private Runnable migrateSlot() {
        await("the servers agree again after the last fault").until(this::clusterWorks);
        String stream =
                partitions.streams().get(random.nextInt(partitions.streams().size()));
        String slot;
        try (Resp resp = admin(0)) {
            slot = resp.text("CLUSTER", "KEYSLOT", stream);
        }
        int from = owner(slot);
        int to = (from + 1) % servers.ports().size();
        try (Resp source = admin(from);
                Resp target = admin(to)) {
            target.call("CLUSTER", "SETSLOT", slot, "IMPORTING", source.text("CLUSTER", "MYID"));
            source.call("CLUSTER", "SETSLOT", slot, "MIGRATING", target.text("CLUSTER", "MYID"));
            moveKeys(source, slot, to, 1);
        }
        return () -> completeMigration(slot, from, to);
    }

    private boolean clusterWorks() {
        return IntStream.range(0, servers.ports().size()).allMatch(i -> {
            try (Resp resp = admin(i)) {
                return resp.text("CLUSTER", "INFO").contains("cluster_state:ok");
            }
        });
    }

    private void completeMigration(String slot, int from, int to) {
        try (Resp source = admin(from);
                Resp target = admin(to)) {
            while (!source.list("CLUSTER", "GETKEYSINSLOT", slot, "1").isEmpty()) {
                moveKeys(source, slot, to, 100);
            }
            String id = target.text("CLUSTER", "MYID");
            target.call("CLUSTER", "SETSLOT", slot, "NODE", id);
            source.call("CLUSTER", "SETSLOT", slot, "NODE", id);
        }
    }

    private void moveKeys(Resp source, String slot, int to, int count) {
        for (Object key : source.list("CLUSTER", "GETKEYSINSLOT", slot, Integer.toString(count))) {
            source.call(
                    "MIGRATE",
                    "127.0.0.1",
                    Integer.toString(servers.ports().get(to)),
                    String.valueOf(key),
                    "0",
                    "5000",
                    "AUTH2",
                    ADMIN,
                    ADMIN);
        }
    }

    private int owner(String slot) {
        int number = Integer.parseInt(slot);
        try (Resp resp = admin(0)) {
            for (Object range : resp.list("CLUSTER", "SLOTS")) {
                List<?> parts = (List<?>) range;
                if ((Long) parts.get(0) <= number && number <= (Long) parts.get(1)) {
                    Long port = (Long) ((List<?>) parts.get(2)).get(1);
                    return servers.ports().indexOf(port.intValue());
                }
            }
        }
        throw new IllegalStateException("nobody owns slot " + slot);
    }

    private void onOwnerOf(String key, Consumer<Resp> action) {
        int server = 0;
        if (servers.ports().size() > 1) {
            try (Resp resp = admin(0)) {
                server = owner(resp.text("CLUSTER", "KEYSLOT", key));
            }
        }
        try (Resp resp = admin(server)) {
            action.accept(resp);
        } catch (Resp.ErrorReply e) {
            String reply = String.valueOf(e.getMessage());
            if (!reply.startsWith("MOVED") && !reply.startsWith("ASK")) {
                throw e;
            }
        }
    }

    /** On each server that answers; the others have a fault already. */
    private void everywhere(Consumer<Resp> action) {
        for (int i = 0; i < servers.ports().size(); i++) {
            try (Resp resp = admin(i)) {
                action.accept(resp);
            } catch (UncheckedIOException e) {
                System.out.println("server " + i + ": " + e.getMessage());
            }
        }
    }

    /** A connection that keeps its rights whatever happens to the user of the pods. */
    private Resp admin(int server) {
        return admin(servers, server);
    }

    static Resp admin(Servers servers, int server) {
        return admin(servers, server, Resp.PATIENCE);
    }

    static Resp admin(Servers servers, int server, Duration patience) {
        Resp resp = servers.connect(server, patience);
        resp.call("AUTH", ADMIN, ADMIN);
        return resp;
    }

    /** What was refused because of a fault says nothing about the rights that the documentation names. */
    static void forgetRefusals(Servers servers) {
        for (int i = 0; i < servers.ports().size(); i++) {
            try (Resp resp = admin(servers, i)) {
                resp.call("ACL", "LOG", "RESET");
            }
        }
    }

    /** Creates the user of the test on all servers that lack it; a restarted server has forgotten it. */
    static void prepare(Servers servers) {
        for (int i = 0; i < servers.ports().size(); i++) {
            try (Resp resp = servers.connect(i, Resp.PATIENCE)) {
                resp.call("ACL", "SETUSER", ADMIN, "on", ">" + ADMIN, "~*", "&*", "+@all");
                resp.call("CONFIG", "SET", "appendfsync", "always");
            } catch (Resp.ErrorReply | UncheckedIOException e) {
                // Another fault has taken the default user's rights, or frozen the server: it was not restarted.
                System.out.println("server " + i + ": " + e.getMessage());
            }
        }
    }
}
