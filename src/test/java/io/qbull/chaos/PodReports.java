package io.qbull.chaos;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.qbull.app.PodProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the living pods say in health and status, and whether it names a partition: see {@link Naming}. Of one thread. */
final class PodReports {
    private static final JsonMapper JSON = new JsonMapper();

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
    private final Crew crew;
    /** By pod. */
    private Map<String, String> health = Map.of();

    private final Map<String, List<String>> status = new HashMap<>();

    PodReports(Crew crew) {
        this.crew = crew;
    }

    /** Reads the health of all pods anew. */
    void read() {
        List<String> answers = get("/observe/health");
        health = new TreeMap<>();
        for (int pod = 0; pod < answers.size(); pod++) {
            health.put(Crew.name(pod), answers.get(pod));
        }
        status.clear();
    }

    /**
     * @param stream the partition
     * @param owner the pod that has it; null if that is unknown, or none
     * @param asStatus whether to ask for the status, too
     * @return where and why the partition is named, without what varies; null if it is not
     */
    @Nullable
    String nameOf(String stream, @Nullable String owner, boolean asStatus) {
        for (Map.Entry<String, String> each : health.entrySet()) {
            boolean has = owner == null || owner.equals(each.getKey());
            for (JsonNode check : json(each.getValue()).path("checks")) {
                String name = Naming.inHealth(stream, check, has);
                if (name != null) {
                    return name;
                }
            }
        }
        return asStatus ? nameInStatus(stream) : null;
    }

    private @Nullable String nameInStatus(String stream) {
        int index = Integer.parseInt(stream.substring(stream.indexOf(':') + 1));
        for (String each : status(stream)) {
            String name = Naming.inStatus(json(each).path("partitions").path(index));
            if (name != null) {
                return name;
            }
        }
        return null;
    }

    /** What keeps pods from adding jobs to a queue, without what varies; null if no pod says so. */
    @Nullable
    String problemOf(String queue) {
        for (String each : health.values()) {
            for (JsonNode check : json(each).path("checks")) {
                JsonNode message = check.findValue("message");
                boolean down = check.path("status").asText().equals("DOWN");
                if (down && message != null && check.toString().contains(queue)) {
                    return LogVolume.shape("adding: " + message.asText());
                }
            }
        }
        return null;
    }

    /** The checks of living pods that are not well, or say something. */
    List<String> complaints() {
        List<String> complaints = new ArrayList<>();
        for (String each : health.values()) {
            if (each.isEmpty()) {
                complaints.add("no answer");
            }
            for (JsonNode check : json(each).path("checks")) {
                if (!check.path("status").asText().equals("UP") || check.findValue("message") != null) {
                    complaints.add(check.toString());
                }
            }
        }
        return complaints;
    }

    /** All that is said about a partition. */
    String all(String stream) {
        int index = Integer.parseInt(stream.substring(stream.indexOf(':') + 1));
        List<String> lines = new ArrayList<>();
        health.forEach((pod, text) -> json(text).path("checks").forEach(check -> {
            if (check.toString().contains(queue(stream))) {
                lines.add("  " + pod + " " + check);
            }
        }));
        status(stream)
                .forEach(each -> lines.add("  " + json(each).path("partitions").path(index)));
        return lines.stream().collect(Collectors.joining(System.lineSeparator()));
    }

    private List<String> status(String stream) {
        return status.computeIfAbsent(queue(stream), queue -> get("/api/queues/" + queue));
    }

    private static String queue(String stream) {
        return stream.substring(0, stream.indexOf(':'));
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return JSON.missingNode();
        }
    }

    /** The answers of all pods that answer. */
    private List<String> get(String path) {
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (PodProcess pod : crew.living()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + pod.management() + path))
                    .timeout(Duration.ofSeconds(3))
                    .build();
            answers.add(client.sendAsync(request, BodyHandlers.ofString())
                    .thenApply(HttpResponse::body)
                    // It has just been killed, or starts.
                    .exceptionally(away -> ""));
        }
        return answers.stream().map(CompletableFuture::join).toList();
    }
}
