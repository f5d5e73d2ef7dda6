package io.qbull.store.redis.tables;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.qbull.model.Printable;
import io.qbull.model.why.OwnerReport;
import io.qbull.model.why.OwnerReport.Kind;
import io.qbull.model.why.RunningJob;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The field {@code doing} of a lease: epoch and time (ms) of the renewal, and as JSON what the owner waits for. What waits for a pause or a
 * person is not told: Redis knows more about it.
 */
final class OwnerReports {
    private static final JsonMapper JSON = new JsonMapper();
    /** The name of a job, and that of its partition. */
    private static final int LONGEST = 320;

    private OwnerReports() {}

    /**
     * @param report of an owner; null if it has nothing to report
     * @return JSON; empty if there is nothing to tell
     */
    static String text(@Nullable OwnerReport report) {
        if (report == null || !report.kind().due()) {
            return "";
        }
        ObjectNode node = JSON.createObjectNode();
        node.put("waits", report.kind().name());
        node.put("text", Printable.of(report.text(), LONGEST));
        node.put("stood", report.stood().toMillis());
        node.put("running", report.running());
        RunningJob job = report.job();
        if (job != null) {
            node.put("job", job.id()).put("key", job.key()).put("attempt", job.attempt());
            node.put("ran", job.ran().toMillis()).put("thread", job.thread());
        }
        try {
            return JSON.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of strings and numbers cannot be written as JSON", e);
        }
    }

    /**
     * @param text the field; null if the lease has none
     * @param epoch of the lease
     * @param now time at the server, ms since 1970
     * @return the report as it would be now; null if there is none, or if an earlier owner wrote it
     */
    static @Nullable OwnerReport read(@Nullable String text, String epoch, long now) {
        String[] parts = text == null ? new String[0] : text.split(" ", 3);
        if (parts.length < 3 || !parts[0].equals(epoch) || !parts[1].matches("\\d{1,18}")) {
            return null;
        }
        Duration since = Duration.ofMillis(Math.max(0, now - Long.parseLong(parts[1])));
        JsonNode node;
        try {
            node = JSON.readTree(parts[2]);
        } catch (JsonProcessingException e) {
            return null;
        }
        Kind kind = kind(node.path("waits").asText());
        if (kind == null) {
            return null;
        }
        Duration stood = Duration.ofMillis(Math.max(0, node.path("stood").asLong()));
        return new OwnerReport(
                kind,
                Printable.of(node.path("text").asText(), LONGEST),
                stood.isZero() ? stood : stood.plus(since),
                node.has("job") ? job(node, since) : null,
                node.path("running").asInt(),
                true,
                null);
    }

    private static RunningJob job(JsonNode node, Duration since) {
        return new RunningJob(
                node.path("job").asText(),
                node.path("key").asText(),
                node.path("attempt").asInt(),
                Duration.ofMillis(Math.max(0, node.path("ran").asLong())).plus(since),
                node.path("thread").asText());
    }

    /** Null for a kind that a later release has added. */
    private static @Nullable Kind kind(String name) {
        return Arrays.stream(Kind.values())
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElse(null);
    }
}
