package io.qbull.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Asks any pod to resize any queue. A resize goes on whatever happens to that pod. Of one thread. */
final class Resizes {
    private static final JsonMapper JSON = new JsonMapper();

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
    private final Crew crew;
    private final ResizedPartitions partitions;
    private final Random random;
    private final Map<String, Integer> answers = new TreeMap<>();

    /**
     * @param crew the pods
     * @param partitions is told
     * @param random chooses
     */
    Resizes(Crew crew, ResizedPartitions partitions, Random random) {
        this.crew = crew;
        this.partitions = partitions;
        this.random = random;
    }

    /** One attempt. While a resize of the queue is under way it changes nothing. */
    void attempt() {
        List<String> queues = partitions.all().queues();
        String queue = queues.get(random.nextInt(queues.size()));
        int to = 1 + random.nextInt(partitions.all().each());
        int port = crew.pod(random.nextInt(crew.size())).management();
        partitions.mayBecome(queue, to);
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + port + "/api/queues/" + queue + "/resize?partitions=" + to))
                .timeout(Duration.ofSeconds(5))
                .POST(BodyPublishers.noBody())
                .build();
        try {
            HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
            JsonNode state = JSON.readTree(answer.body());
            if (state.path("underWay").asBoolean()) {
                partitions.becomes(
                        queue, state.path("from").asInt(), state.path("to").asInt());
            }
            answers.merge("resize: " + answer.statusCode() + " " + LogVolume.shape(answer.body()), 1, Integer::sum);
        } catch (IOException e) {
            answers.merge("resize: " + e.getClass().getSimpleName(), 1, Integer::sum);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** How often each answer came. */
    Map<String, Integer> answers() {
        return answers;
    }
}
