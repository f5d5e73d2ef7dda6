package io.qbull.chaos;

import io.qbull.app.PodProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A client that sends jobs of its own keys to any pod, in bulk requests with an idempotency key, and repeats each request until it is
 * accepted as a whole: so the jobs of a key are numbered without a gap. One thread calls {@link #run}.
 */
final class Sender implements Runnable {
    private static final int LINES = 25;
    private static final int KEYS = 60;
    private static final int ACCEPTED = 202;
    private static final Duration TIMEOUT = Duration.ofSeconds(15);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final String name;
    private final List<String> queues;
    private final Crew crew;
    private final Random random;
    private final long pauseNanos;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicLong accepted = new AtomicLong();
    private final Map<String, Integer> sent = new ConcurrentHashMap<>();
    private final Map<String, Integer> answers = new TreeMap<>();

    /**
     * @param name begins its keys
     * @param queues to which it sends in turn
     * @param crew the pods
     * @param random chooses keys and pods
     * @param perSecond jobs, about
     */
    Sender(String name, List<String> queues, Crew crew, Random random, int perSecond) {
        this.name = name;
        this.queues = queues;
        this.crew = crew;
        this.random = random;
        this.pauseNanos = Duration.ofSeconds(1).toNanos() * LINES / perSecond;
    }

    @Override
    public void run() {
        for (int i = 0; !stopped.get(); i++) {
            String queue = queues.get(i % queues.size());
            StringBuilder lines = new StringBuilder();
            Map<String, Integer> batch = new HashMap<>();
            for (int line = 0; line < LINES; line++) {
                String key = name + random.nextInt(KEYS);
                int seq = batch.merge(key, sent.getOrDefault(queue + " " + key, -1) + 1, (last, first) -> last + 1);
                lines.append(String.format("{\"key\":\"%s\",\"body\":\"%s %d\"}%n", key, key, seq));
            }
            sendUntilAccepted(queue, lines.toString());
            batch.forEach((key, last) -> sent.put(queue + " " + key, last));
            accepted.addAndGet(LINES);
            LockSupport.parkNanos(pauseNanos);
        }
    }

    private void sendUntilAccepted(String queue, String lines) {
        String id = UUID.randomUUID().toString();
        while (send(queue, lines, id) != ACCEPTED) {
            LockSupport.parkNanos(pauseNanos);
        }
    }

    private int send(String queue, String lines, String id) {
        PodProcess pod = crew.pod(random.nextInt(crew.size()));
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + pod.http() + "/queues/" + queue + "/jobs"))
                .timeout(TIMEOUT)
                .header("Content-Type", "application/x-ndjson")
                .header("Idempotency-Key", id)
                .POST(BodyPublishers.ofString(lines))
                .build();
        try {
            HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
            count(answer.statusCode() == ACCEPTED ? "202" : answer.statusCode() + " " + shape(answer.body()));
            return answer.statusCode();
        } catch (IOException e) {
            count(e.getClass().getSimpleName());
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String shape(String body) {
        return LogVolume.shape(body.substring(0, Math.min(160, body.length())));
    }

    private synchronized void count(String answer) {
        answers.merge(answer, 1, Integer::sum);
    }

    /** Makes {@link #run} end after its current request was accepted. */
    void stop() {
        stopped.set(true);
    }

    long accepted() {
        return accepted.get();
    }

    /** How often each answer came. */
    synchronized Map<String, Integer> answers() {
        return Map.copyOf(answers);
    }

    /** The last accepted number of each queue and key. */
    Map<String, Integer> sent() {
        return sent;
    }
}
