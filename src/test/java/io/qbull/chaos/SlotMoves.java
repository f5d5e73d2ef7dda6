package io.qbull.chaos;

import static org.awaitility.Awaitility.await;

import io.qbull.testing.PodRights;
import io.qbull.testing.Resp;
import java.util.List;
import java.util.stream.IntStream;

/** Moves slots of a cluster between its masters. A single server has them all. */
final class SlotMoves {
    private final Servers servers;

    SlotMoves(Servers servers) {
        this.servers = servers;
    }

    /** The server of a key. */
    int serverOf(String key) {
        return servers.ports().size() == 1 ? 0 : owner(slot(key));
    }

    /** Begins to move the slot of a key and moves one of its keys; returns what completes the move. */
    Runnable half(String key) {
        await("the servers agree again after the last fault").until(this::agree);
        String slot = slot(key);
        int from = owner(slot);
        int to = (from + 1) % servers.ports().size();
        try (Resp source = servers.connect(from);
                Resp target = servers.connect(to)) {
            target.call("CLUSTER", "SETSLOT", slot, "IMPORTING", source.text("CLUSTER", "MYID"));
            source.call("CLUSTER", "SETSLOT", slot, "MIGRATING", target.text("CLUSTER", "MYID"));
            moveKeys(source, slot, to, 1);
        }
        return () -> await("slot " + slot + " has moved").until(() -> complete(slot, from, to));
    }

    private String slot(String key) {
        try (Resp resp = servers.connect(0)) {
            return resp.text("CLUSTER", "KEYSLOT", key);
        }
    }

    private boolean agree() {
        return IntStream.range(0, servers.ports().size()).allMatch(server -> {
            try (Resp resp = servers.connect(server)) {
                return resp.text("CLUSTER", "INFO").contains("cluster_state:ok");
            }
        });
    }

    /** Another fault may have parted the servers meanwhile, so that the target refuses keys until they agree again. */
    private boolean complete(String slot, int from, int to) {
        try (Resp source = servers.connect(from);
                Resp target = servers.connect(to)) {
            while (!source.list("CLUSTER", "GETKEYSINSLOT", slot, "1").isEmpty()) {
                moveKeys(source, slot, to, 100);
            }
            String id = target.text("CLUSTER", "MYID");
            target.call("CLUSTER", "SETSLOT", slot, "NODE", id);
            source.call("CLUSTER", "SETSLOT", slot, "NODE", id);
            return true;
        } catch (Resp.ErrorReply e) {
            if (!String.valueOf(e.getMessage()).contains("CLUSTERDOWN")) {
                throw e;
            }
            return false;
        }
    }

    private void moveKeys(Resp source, String slot, int to, int count) {
        String port = Integer.toString(servers.ports().get(to));
        for (Object key : source.list("CLUSTER", "GETKEYSINSLOT", slot, Integer.toString(count))) {
            String user = PodRights.ADMIN;
            source.call("MIGRATE", "127.0.0.1", port, String.valueOf(key), "0", "5000", "AUTH2", user, user);
        }
    }

    /** The server that takes a slot for its own: others may not know yet who has it. */
    private int owner(String slot) {
        return IntStream.range(0, servers.ports().size())
                .filter(server -> owns(server, Integer.parseInt(slot)))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("nobody owns slot " + slot));
    }

    private boolean owns(int server, int slot) {
        try (Resp resp = servers.connect(server)) {
            for (Object range : resp.list("CLUSTER", "SLOTS")) {
                List<?> parts = (List<?>) range;
                if ((Long) parts.get(0) <= slot && slot <= (Long) parts.get(1)) {
                    Long port = (Long) ((List<?>) parts.get(2)).get(1);
                    return port.intValue() == servers.ports().get(server);
                }
            }
        }
        return false;
    }
}
