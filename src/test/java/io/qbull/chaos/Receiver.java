package io.qbull.chaos;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.qbull.testing.LocalHttp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The system that the jobs are for: an HTTP server that knows, of each key, which jobs it has finished with. A job must not arrive before
 * its predecessor was answered with 200 or refused for good with 400. Some jobs are always refused; some answers are a passing 503.
 * Thread-safe.
 */
final class Receiver implements AutoCloseable {
    /** One job in so many is refused for good. */
    private static final int REFUSED_ONE_IN = 400;

    private static final int BUSY_ONE_IN = 100;
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int UNAVAILABLE = 503;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Integer> finished = new HashMap<>();
    private final Map<String, Long> movedAt = new HashMap<>();
    private final List<String> violations = new ArrayList<>();
    private final Partitions partitions;
    private final int port;
    private @Nullable HttpServer server;
    private volatile long pauseNanos;
    private long arrivals;
    private long repeats;

    /**
     * @param port where it listens
     * @param partitions tells the partition of a key
     */
    Receiver(int port, Partitions partitions) {
        this.port = port;
        this.partitions = partitions;
        up();
    }

    /** Whether a job is one that is always refused. */
    static boolean refuses(String queue, String key, int seq) {
        return Math.floorMod((queue + key + seq).hashCode(), REFUSED_ONE_IN) == 0;
    }

    int port() {
        return port;
    }

    /** Listens. */
    synchronized void up() {
        server = LocalHttp.serve(port, "/", threads, this::serve);
    }

    /** Refuses connections. */
    synchronized void down() {
        if (server != null) {
            server.stop(0);
            server = null;
        }
    }

    /** Takes so long for each answer from now on. */
    void answersAfter(long nanos) {
        pauseNanos = nanos;
    }

    private void serve(HttpExchange call) throws IOException {
        try (call) {
            String queue = call.getRequestURI().getPath().substring(1);
            String body = new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String key = body.substring(0, body.indexOf(' '));
            int seq = Integer.parseInt(body.substring(body.indexOf(' ') + 1));
            arrived(queue, key, seq);
            if (pauseNanos > 0) {
                LockSupport.parkNanos(pauseNanos);
            }
            int status = status(queue, key, seq);
            if (status != UNAVAILABLE) {
                finished(queue, key, seq);
            }
            call.sendResponseHeaders(status, -1);
        }
    }

    private static int status(String queue, String key, int seq) {
        if (refuses(queue, key, seq)) {
            return BAD_REQUEST;
        }
        return ThreadLocalRandom.current().nextInt(BUSY_ONE_IN) == 0 ? UNAVAILABLE : OK;
    }

    private synchronized void arrived(String queue, String key, int seq) {
        arrivals++;
        movedAt.put(partitions.of(queue, key), System.nanoTime());
        int last = finished.getOrDefault(queue + " " + key, -1);
        if (seq > last + 1) {
            violations.add("overtaken: " + queue + " " + key + " " + seq + " arrived when " + last
                    + " was the last that was finished");
        }
        if (seq <= last) {
            repeats++;
        }
    }

    private synchronized void finished(String queue, String key, int seq) {
        finished.merge(queue + " " + key, seq, Math::max);
    }

    /** The last job of a key that was answered for good; -1 = none. */
    synchronized int lastFinished(String queue, String key) {
        return finished.getOrDefault(queue + " " + key, -1);
    }

    /** When a job of this partition arrived last, of {@link System#nanoTime()}; null = never. */
    synchronized @Nullable Long movedAt(String partition) {
        return movedAt.get(partition);
    }

    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    synchronized String summary() {
        return arrivals + " arrivals, of which " + repeats + " were repeats";
    }

    @Override
    public void close() {
        down();
        threads.shutdownNow();
    }
}
