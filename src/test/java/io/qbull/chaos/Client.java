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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Sends requests to any pod, each again and again until it is accepted. {@link #send} is called by one thread. */
final class Client {
    private static final int ACCEPTED = 202;
    private static final Duration TIMEOUT = Duration.ofSeconds(15);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final Crew crew;
    private final Random random;
    private final Duration pause;
    private final Map<String, Integer> answers = new TreeMap<>();
    private final List<String> violations = new ArrayList<>();
    /** When each pod refused the request under way first. */
    private final Map<PodProcess, Long> refused = new HashMap<>();

    private volatile @Nullable Refusal refusal;

    /**
     * A request that is refused again and again.
     *
     * @param path of the request
     * @param since when the pod that refused it last refused it first, by {@link System#nanoTime()}
     * @param last when it was refused last
     */
    record Refusal(String path, long since, long last) {}

    /**
     * @param crew the pods
     * @param random chooses pods
     * @param pause between attempts
     */
    Client(Crew crew, Random random, Duration pause) {
        this.crew = crew;
        this.random = random;
        this.pause = pause;
    }

    /**
     * Returns when it is accepted as a whole.
     *
     * @param path of the request, with a query
     * @param type of the body
     * @param body what is sent
     * @param proof what the answer contains if all is accepted, as a regular expression
     */
    void send(String path, String type, String body, String proof) {
        String id = UUID.randomUUID().toString();
        while (true) {
            HttpResponse<String> answer = attempt(path, type, body, id);
            if (answer != null && answer.statusCode() == ACCEPTED) {
                if (!answer.body().matches("(?s).*(" + proof + ").*")) {
                    violation(path + " is accepted with " + answer.body() + " instead of " + proof);
                }
                refusal = null;
                refused.clear();
                return;
            }
            LockSupport.parkNanos(pause.toNanos());
        }
    }

    /** A pod knows nothing of what others have refused. */
    private void refused(String path, PodProcess by) {
        long now = System.nanoTime();
        refusal = new Refusal(path, refused.computeIfAbsent(by, first -> now), now);
    }

    /** The request that is refused now; null if none is. */
    @Nullable
    Refusal refusal() {
        return refusal;
    }

    private @Nullable HttpResponse<String> attempt(String path, String type, String body, String id) {
        PodProcess pod = crew.pod(random.nextInt(crew.size()));
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + pod.http() + path))
                .timeout(TIMEOUT)
                .header("Content-Type", type)
                .header("Idempotency-Key", id)
                .POST(BodyPublishers.ofString(body))
                .build();
        try {
            HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
            if (answer.statusCode() == ACCEPTED) {
                count("202");
            } else {
                count(answer.statusCode() + " " + shape(answer.body()));
                refused(path, pod);
            }
            return answer;
        } catch (IOException e) {
            count(e.getClass().getSimpleName());
            return null;
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

    private synchronized void violation(String what) {
        violations.add(what);
    }

    /** How often each answer came. */
    synchronized Map<String, Integer> answers() {
        return Map.copyOf(answers);
    }

    /** Answers that contradict themselves. */
    synchronized List<String> violations() {
        return List.copyOf(violations);
    }
}
