package io.qbull.chaos;

import io.qbull.app.PodProcess;
import io.qbull.testing.Resp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks each second for partitions that have jobs and from which nothing has arrived for longer than pods may take to name it. Named is a
 * partition whose name stands in the health of a pod, one with held keys in the status, and all while a pod is DOWN. One thread calls
 * {@link #run}.
 */
final class StallWatch implements Runnable {
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
    private final Servers servers;
    private final Crew crew;
    private final Receiver receiver;
    private final Partitions partitions;
    private final Duration limit;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final Map<String, Long> emptyAt = new HashMap<>();
    private final Set<String> stalled = new HashSet<>();
    private final List<String> unnamed = new ArrayList<>();
    private final List<String> named = new ArrayList<>();

    /**
     * @param limit how long a partition may stand still unnamed
     */
    StallWatch(Servers servers, Crew crew, Receiver receiver, Partitions partitions, Duration limit) {
        this.servers = servers;
        this.crew = crew;
        this.receiver = receiver;
        this.partitions = partitions;
        this.limit = limit;
    }

    @Override
    public void run() {
        while (!stopped.get()) {
            LockSupport.parkNanos(LOOK.toNanos());
            Map<String, Long> jobs = jobs();
            long now = System.nanoTime();
            partitions.streams().forEach(stream -> look(stream, jobs, now));
        }
    }

    private void look(String stream, Map<String, Long> jobs, long now) {
        // A server that does not answer keeps its jobs.
        Long waiting = jobs.get(stream);
        if (waiting != null && waiting == 0) {
            emptyAt.put(stream, now);
        }
        Long arrived = receiver.movedAt(stream);
        long moved = Math.max(
                arrived == null ? now - LOOK.toNanos() : arrived, emptyAt.getOrDefault(stream, Long.MIN_VALUE));
        emptyAt.putIfAbsent(stream, now);
        if (now - Math.max(moved, emptyAt.get(stream)) <= limit.toNanos()) {
            stalled.remove(stream);
        } else if (stalled.add(stream)) {
            String by = namedBy(stream);
            (by.isEmpty() ? unnamed : named)
                    .add(stream + (by.isEmpty() ? " is not named, " + waiting + " jobs" : " " + by));
            if (by.isEmpty()) {
                stalled.remove(stream);
            }
        }
    }

    /** Jobs in streams and held keys; without those of a server that does not answer. */
    private Map<String, Long> jobs() {
        Map<String, Long> jobs = new HashMap<>();
        for (int server = 0; server < servers.ports().size(); server++) {
            try (Resp resp = Faults.admin(servers, server)) {
                partitions.streams().forEach(stream -> count(resp, stream, jobs));
            } catch (UncheckedIOException | Resp.ErrorReply away) {
                // What it has is unknown.
            }
        }
        return jobs;
    }

    private static void count(Resp resp, String stream, Map<String, Long> jobs) {
        try {
            jobs.put(stream, resp.number("XLEN", stream) + resp.number("HLEN", "{" + stream + "}:held"));
        } catch (Resp.ErrorReply e) {
            // It is on another server, or moves, and then counts as unknown.
            jobs.remove(stream);
        }
    }

    private String namedBy(String stream) {
        String queue = stream.substring(0, stream.indexOf(':'));
        for (PodProcess pod : crew.living()) {
            String health = get(pod, "/observe/health");
            if (health.contains(stream + " ") || health.contains(stream + ":") || health.contains("\"DOWN\"")) {
                return "in health: " + LogVolume.shape(health);
            }
            String status = get(pod, "/api/queues/" + queue);
            if (heldOrUnread(status, stream.substring(stream.indexOf(':') + 1))) {
                return "in status: held keys, or cannot be read";
            }
        }
        return "";
    }

    private static boolean heldOrUnread(String status, String partition) {
        int at = status.indexOf("{\"partition\":" + partition + ",");
        String node = at < 0 ? "" : status.substring(at, status.indexOf('}', at));
        return node.contains("\"error\"") || (node.contains("\"held\":") && !node.contains("\"held\":0"));
    }

    private String get(PodProcess pod, String path) {
        try {
            return client.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + pod.management() + path))
                                    .timeout(Duration.ofSeconds(3))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            // It has just been killed, or starts.
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    void stop() {
        stopped.set(true);
    }

    /** Partitions that stood still longer and were not named. To be called after the end of {@link #run}. */
    List<String> unnamed() {
        return unnamed;
    }

    /** Partitions that stood still longer, and where they were named. */
    List<String> named() {
        return named;
    }
}
