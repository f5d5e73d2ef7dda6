package io.qbull.chaos;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.qbull.testing.LocalHttp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The system that the jobs are for: an HTTP server that tells {@link Arrivals} what comes. Some jobs are always refused; some answers are a
 * passing 503. Thread-safe.
 */
final class Receiver implements AutoCloseable {
    private static final int BUSY_ONE_IN = 100;
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int UNAVAILABLE = 503;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Arrivals arrivals;
    private final int port;
    private @Nullable HttpServer server;
    private volatile long pauseNanos;

    /**
     * @param port where it listens
     * @param arrivals is told what comes
     */
    Receiver(int port, Arrivals arrivals) {
        this.port = port;
        this.arrivals = arrivals;
        up();
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
            arrivals.disturbed(System.nanoTime());
        }
    }

    /** Takes so long for each answer from now on. */
    void answersAfter(long nanos) {
        pauseNanos = nanos;
    }

    private void serve(HttpExchange call) throws IOException {
        try (call) {
            String body = new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Arrivals.Arrival arrival = read(body, call);
            if (arrival == null) {
                call.sendResponseHeaders(BAD_REQUEST, -1);
                return;
            }
            arrivals.arrived(arrival, System.currentTimeMillis());
            if (pauseNanos > 0) {
                LockSupport.parkNanos(pauseNanos);
            }
            answer(call, arrival);
        }
    }

    private Arrivals.@Nullable Arrival read(String body, HttpExchange call) {
        Headers headers = call.getRequestHeaders();
        try {
            Job job = Job.parse(body);
            String partition = call.getRequestURI().getPath().substring(1) + ":" + headers.getFirst("X-Partition");
            long epoch = Long.parseLong(headers.getFirst("X-Epoch"));
            String place = String.valueOf(headers.getFirst("X-Place"));
            return new Arrivals.Arrival(job, partition, epoch, place, System.nanoTime());
        } catch (IllegalArgumentException e) {
            arrivals.unreadable("'" + body + "' with " + headers.entrySet() + ": " + e.getMessage());
            return null;
        }
    }

    private void answer(HttpExchange call, Arrivals.Arrival arrival) throws IOException {
        boolean refused = arrival.job().refused();
        if (!refused && ThreadLocalRandom.current().nextInt(BUSY_ONE_IN) == 0) {
            call.sendResponseHeaders(UNAVAILABLE, -1);
            return;
        }
        // Before the answer, because the next job may come before this thread goes on.
        arrivals.finished(arrival.job());
        try {
            call.sendResponseHeaders(refused ? BAD_REQUEST : OK, -1);
        } catch (IOException e) {
            arrivals.notAnswered(arrival);
            throw e;
        }
        arrivals.answered(arrival, System.nanoTime());
    }

    @Override
    public void close() {
        down();
        threads.shutdownNow();
    }
}
