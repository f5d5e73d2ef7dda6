package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.qbull.testing.RedisExtension;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The management server beside the shipped routes. */
class ManagementTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    RedisExtension redis() {
        return REDIS;
    }

    @Override
    String routes() {
        return "*.camel.yaml,ingest-*.camel.yaml";
    }

    @Override
    Map<String, String> settings() {
        return Map.of("qbull.partitions", "3", "qbull.podId", "pod-a");
    }

    @Test
    void a_queue_is_shown_with_its_layout_pods_and_partitions() throws IOException {
        await().until(() -> get(management, "/api/queues/WHATSAPP").body().split("pod-a\",\"epoch", -1).length == 4);

        JsonNode queue = JSON.readTree(get(management, "/api/queues/WHATSAPP").body());

        assertThat(queue.fieldNames()).toIterable().containsExactly("queue", "layout", "paused", "pods", "partitions");
        assertThat(queue.get("layout").get("version").intValue()).isEqualTo(1);
        assertThat(queue.get("layout").get("partitions").intValue()).isEqualTo(3);
        assertThat(queue.get("pods").get(0).fieldNames())
                .toIterable()
                .containsExactly("pod", "partitions", "capacity", "seen");
        assertThat(queue.get("partitions").get(2).fieldNames())
                .toIterable()
                .containsExactly(
                        "partition",
                        "owner",
                        "epoch",
                        "leaseAgeMs",
                        "backlog",
                        "oldestAgeMs",
                        "inFlight",
                        "held",
                        "heldKeys",
                        "delayed",
                        "dead",
                        "done",
                        "doneAt");
        assertThat(JSON.readTree(get(management, "/api/queues").body()).get(0).get("queue"))
                .isEqualTo(queue.get("queue"));
    }

    @Test
    void a_queue_that_does_not_exist_is_a_404() {
        for (String path : new String[] {"/api/queues/NOPE", "/api/queues/a%20b", "/api/nothing"}) {
            RawHttp.Answer answer = get(management, path);
            assertThat(answer.status()).as(path).isEqualTo(404);
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        }
    }

    @Test
    void a_queue_is_paused_and_resumed_by_post_but_not_for_a_page_of_another_site() throws IOException {
        await().until(() -> get(management, "/api/queues/WHATSAPP").status() == 200);
        String pause = "POST /api/queues/WHATSAPP/pause?partition=1&for=1h&by=ann&reason=night";
        assertThat(RawHttp.send(management, pause, List.of("Origin: http://evil.example"), new byte[0])
                        .status())
                .isEqualTo(403);
        assertThat(change("pause?partition=1&for=1h&by=ann&reason=night").body())
                .startsWith(
                        "{\"queue\":\"WHATSAPP\",\"paused\":[{\"partition\":1,\"by\":\"ann\",\"reason\":\"night\",");
        assertThat(JSON.readTree(get(management, "/api/queues/WHATSAPP").body()).get("paused"))
                .hasSize(1);
        assertThat(change("pause?key=k").body()).contains("\"by\":\"the HTTP client at 127.0.0.1\"");
        assertThat(change("pause?partition=3").status()).isEqualTo(404);
        assertThat(change("pause?for=soon").status()).isEqualTo(400);
        assertThat(change("pause?what=all").status()).isEqualTo(400);
        assertThat(change("resume?all=true&key=k").status()).isEqualTo(400);
        assertThat(change("resume?key=k").body()).contains("\"partition\":1").doesNotContain("\"key\"");
        assertThat(change("resume?all=true").body()).contains("\"paused\":[]");
        assertThat(change("drain?by=ann&reason=move").body()).contains("\"newJobs\":true");
        await().until(() -> post("/queues/WHATSAPP/jobs?key=k", "hello").status() == 503);
        assertThat(post("/queues/WHATSAPP/jobs?key=k", "hello").body()).contains("because a person drains it");
        assertThat(change("resume").body()).contains("\"paused\":[]");
        await().until(() -> post("/queues/WHATSAPP/jobs?key=k", "hello").status() == 202);
        assertThat(change("resume").body()).as("again").contains("\"paused\":[]");
        assertThat(RawHttp.send(management, "POST /api/queues/NOPE/pause", List.of(), new byte[0])
                        .status())
                .isEqualTo(404);
    }

    @Test
    void a_resize_is_forecast_and_refused_over_http() throws IOException {
        await().until(() -> get(management, "/api/queues/WHATSAPP").status() == 200);
        JsonNode state =
                JSON.readTree(get(management, "/api/queues/WHATSAPP/resize").body());
        assertThat(state.get("underWay").asBoolean()).isFalse();
        int partitions = state.get("layout").get("partitions").asInt();
        JsonNode forecast = JSON.readTree(
                change("resize?dryRun=true&partitions=" + 2 * partitions).body());
        assertThat(forecast.get("from").asInt()).isEqualTo(partitions);
        assertThat(forecast.get("to").asInt()).isEqualTo(2 * partitions);
        assertThat(forecast.get("waitsFor").asInt()).isEqualTo(1);
        assertThat(change("resize?partitions=" + partitions).body())
                .as("it has so many")
                .isEqualTo(state.toString());
        assertThat(change("resize").status()).isEqualTo(400);
        assertThat(change("resize?partitions=0").status()).isEqualTo(400);
        assertThat(change("resize?partitions=2&all=true").status()).isEqualTo(400);
        assertThat(get(management, "/api/queues/NOPE/resize").status()).isEqualTo(404);
        assertThat(RawHttp.send(management, "POST /api/queues/NOPE/resize?partitions=2", List.of(), new byte[0])
                        .status())
                .isEqualTo(404);
    }

    @Test
    void a_queue_is_resized_by_post_and_back() throws IOException {
        await().until(() -> get(management, "/api/queues/WHATSAPP").status() == 200);
        int partitions = resizeState().get("layout").get("partitions").asInt();
        for (int next : new int[] {2 * partitions, partitions}) {
            RawHttp.Answer answer = change("resize?partitions=" + next);
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            await().until(() -> !resizeState().get("underWay").asBoolean());
            assertThat(resizeState().get("layout").get("partitions").asInt()).isEqualTo(next);
        }
    }

    private JsonNode resizeState() throws IOException {
        return JSON.readTree(get(management, "/api/queues/WHATSAPP/resize").body());
    }

    @Test
    void a_queue_that_is_in_use_is_not_deleted() throws IOException {
        await().until(() -> get(management, "/api/queues/WHATSAPP").status() == 200);
        assertThat(change("delete?all=true").status()).isEqualTo(409);
        assertThat(JSON.readTree(change("delete").body()).get("detail").asText())
                .startsWith("Queue WHATSAPP takes new jobs");
        change("drain");
        assertThat(JSON.readTree(change("delete?dryRun=true").body())
                        .get("detail")
                        .asText())
                .startsWith("Queue WHATSAPP is consumed by pod ");
        change("resume");
        assertThat(change("delete?force=true").status()).isEqualTo(400);
        assertThat(RawHttp.send(management, "POST /api/queues/NOPE/delete", List.of(), new byte[0])
                        .status())
                .isEqualTo(404);
    }

    private RawHttp.Answer change(String path) {
        return RawHttp.send(management, "POST /api/queues/WHATSAPP/" + path, List.of(), new byte[0]);
    }

    @Test
    void health_and_metrics_answer() {
        await().until(() -> get(management, "/observe/health/ready").status() == 200);
        assertThat(get(management, "/observe/health").body())
                .contains("\"consumer:whatsapp\"")
                .doesNotContain("qbull-whatsapp");
        assertThat(get(management, "/observe/health/live").body()).doesNotContain("consumer");
        assertThat(get(management, "/observe/metrics").body()).contains("camel_exchanges_total", "jvm_memory_used");
    }

    @Test
    void only_reading_is_possible() {
        RawHttp.Answer answer = RawHttp.send(management, "POST /api/queues", List.of(), new byte[0]);

        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.header("Allow")).isEqualTo("GET");
    }
}
