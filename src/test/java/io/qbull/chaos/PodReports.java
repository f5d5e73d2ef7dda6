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
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the living pods say in health and status. A partition is named by its name in the health of a pod, by a problem of its queue in
 * the health of a pod, and in the status by held keys, by an error, or as one without an owner. Of one thread.
 */
final class PodReports {
    private static final JsonMapper JSON = new JsonMapper();

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
    private final Crew crew;
    private List<String> health = List.of();
    private final Map<String, List<String>> status = new HashMap<>();

    PodReports(Crew crew) {
        this.crew = crew;
    }

    /** Reads the health of all pods anew. */
    void read() {
        health = get("/observe/health");
        status.clear();
    }

    /**
     * @param asStatus whether to ask for the status, too
     * @return where and why the partition is named, without what varies; null if it is not
     */
    @Nullable
    String nameOf(String stream, boolean asStatus) {
        for (String each : health) {
            for (JsonNode check : json(each).path("checks")) {
                String name = nameOf(stream, check);
                if (name != null) {
                    return name;
                }
            }
        }
        return asStatus ? nameInStatus(stream) : null;
    }

    private static @Nullable String nameOf(String stream, JsonNode check) {
        String text = check.toString();
        Matcher name = Pattern.compile("[^\";]*" + Pattern.quote(stream) + "(?!\\d)[^\";]*")
                .matcher(text);
        if (name.find()) {
            return LogVolume.shape("health: " + name.group());
        }
        boolean down = check.path("status").asText().equals("DOWN");
        return down && text.contains(queue(stream))
                ? LogVolume.shape("DOWN: " + text.replaceAll(".*\"message\":", ""))
                : null;
    }

    private @Nullable String nameInStatus(String stream) {
        int index = Integer.parseInt(stream.substring(stream.indexOf(':') + 1));
        for (String each : status(stream)) {
            JsonNode partition = json(each).path("partitions").path(index);
            if (partition.has("error")) {
                return "status: an error";
            } else if (partition.path("held").asLong() > 0) {
                return "status: held keys";
            } else if (partition.path("owner").isNull()) {
                return "status: no owner";
            }
        }
        return null;
    }

    /** All that is said about a partition. */
    String all(String stream) {
        int index = Integer.parseInt(stream.substring(stream.indexOf(':') + 1));
        List<String> lines = new ArrayList<>();
        for (String each : health) {
            json(each).path("checks").forEach(check -> {
                if (check.toString().contains(queue(stream))) {
                    lines.add("  " + check);
                }
            });
        }
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
