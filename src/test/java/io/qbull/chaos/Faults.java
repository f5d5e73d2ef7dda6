package io.qbull.chaos;

import io.qbull.app.PodProcess;
import io.qbull.testing.PodRights;
import io.qbull.testing.Resp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** All faults that a run chooses from. */
final class Faults {
    /** Commands of pods that they may lose the right to. */
    private static final List<String> RIGHTS =
            List.of("-@all", "-evalsha -eval", "-xread", "-xadd", "-@write", "-publish -subscribe", "-hset");

    private final Servers servers;
    private final Crew crew;
    private final Receiver receiver;
    private final Partitions partitions;
    private final Random random;
    private final SlotMoves slots;
    private final Set<Integer> away = new HashSet<>();
    private final Set<String> lacking = new TreeSet<>();

    Faults(Servers servers, Crew crew, Receiver receiver, Partitions partitions, Random random) {
        this.servers = servers;
        this.crew = crew;
        this.receiver = receiver;
        this.partitions = partitions;
        this.random = random;
        this.slots = new SlotMoves(servers);
    }

    /** The faults that fit the servers. */
    List<Fault> list() {
        List<Fault> faults = new ArrayList<>(List.of(
                new Fault("pod killed", Duration.ofSeconds(1), this::killPod),
                new Fault("pod stopped", Duration.ofSeconds(1), this::stopPod),
                new Fault("Redis killed", Duration.ofSeconds(1), this::killRedis),
                new Fault("Redis away", Duration.ofSeconds(12), this::redisAway),
                new Fault("Redis frozen", Duration.ofSeconds(12), this::freezeRedis),
                new Fault("pod frozen", Duration.ofSeconds(12), this::freezePod),
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

    private Runnable stopPod() {
        crew.renew(random.nextInt(crew.size()));
        return Faults::nothing;
    }

    private Runnable freezePod() {
        PodProcess pod = crew.pod(random.nextInt(crew.size()));
        try {
            pod.freeze();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return () -> {
            try {
                pod.thaw();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    private Runnable killRedis() {
        redisAway().run();
        return Faults::nothing;
    }

    private Runnable redisAway() {
        int server = random.nextInt(servers.ports().size());
        servers.kill(server);
        away.add(server);
        return () -> {
            servers.start(server);
            away.remove(server);
            prepare(servers);
        };
    }

    private Runnable freezeRedis() {
        int server = random.nextInt(servers.ports().size());
        if (away.contains(server)) {
            return Faults::nothing;
        }
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
            lacking.addAll(PodRights.refused(resp, "default"));
            setRights(resp, List.of(rights.split(" ", -1)));
        });
        return () -> everywhere(resp -> {
            setRights(resp, PodRights.documented(servers.ports().size() > 1));
            resp.call("ACL", "LOG", "RESET");
        });
    }

    private static void setRights(Resp resp, List<String> rights) {
        List<String> command = new ArrayList<>(List.of("ACL", "SETUSER", "default"));
        command.addAll(rights);
        resp.call(command.toArray(String[]::new));
    }

    /** Commands that pods were refused though nobody had taken the right to them. */
    Set<String> lacking() {
        return lacking;
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
        return slots.half(
                partitions.streams().get(random.nextInt(partitions.streams().size())));
    }

    private void onOwnerOf(String key, Consumer<Resp> action) {
        try (Resp resp = servers.connect(slots.serverOf(key))) {
            action.accept(resp);
        } catch (Resp.ErrorReply e) {
            String reply = String.valueOf(e.getMessage());
            if (!reply.startsWith("MOVED") && !reply.startsWith("ASK") && !reply.startsWith("CLUSTERDOWN")) {
                throw e;
            }
        }
    }

    /** On each server that answers; the others have a fault already. */
    private void everywhere(Consumer<Resp> action) {
        for (int i = 0; i < servers.ports().size(); i++) {
            try (Resp resp = servers.connect(i)) {
                action.accept(resp);
            } catch (UncheckedIOException e) {
                System.out.println("server " + i + ": " + e.getMessage());
            }
        }
    }

    /** Makes all servers write what they are told at once, and keep it all, so that it can be looked at; a restarted server has forgotten it. */
    static void prepare(Servers servers) {
        for (int i = 0; i < servers.ports().size(); i++) {
            try (Resp resp = servers.connect(i)) {
                resp.call("CONFIG", "SET", "appendfsync", "always");
                resp.call("CONFIG", "SET", "auto-aof-rewrite-percentage", "0");
            } catch (UncheckedIOException e) {
                // Another fault has frozen the server: it was not restarted.
                System.out.println("server " + i + ": " + e.getMessage());
            }
        }
    }
}
