package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.qbull.testing.LocalHttp;
import io.qbull.testing.RedisExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A key whose first job failed for good waits for a person, and other keys do not: the shipped app with the sample's webhook. */
public class HoldKeyTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final String HELD = "/api/queues/WHATSAPP/held";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path home;

    /** The webhook refuses jobs with this body. */
    private volatile String broken = "bad 1";

    private final List<String> delivered = new CopyOnWriteArrayList<>();
    private final HttpServer hook = LocalHttp.serve("/", this::answer);

    @Override
    RedisExtension redis() {
        return REDIS;
    }

    @Override
    String routes() {
        return "whatsapp.camel.yaml,ingest-http.camel.yaml";
    }

    @Override
    Map<String, String> settings() {
        return Map.of(
                "qbull.partitions", "1",
                "qbull.webhookUrl", "http://127.0.0.1:" + hook.getAddress().getPort() + "/",
                "camel.component.qbull.maxAttempts", "2",
                "camel.component.qbull.whenExhausted", "hold-key",
                "camel.component.qbull.retryFor", "0s",
                "camel.component.qbull.backoff", "100ms");
    }

    @AfterEach
    void stop() {
        hook.stop(0);
    }

    @Test
    void a_held_key_is_shown_and_runs_on_in_order_after_a_retry_while_others_never_waited() throws IOException {
        holdOne();

        JsonNode key = held().get(0);
        assertThat(key.get("key").asText()).isEqualTo("bad");
        assertThat(key.get("firstId").asText()).isEqualTo("id-1");
        assertThat(key.get("attempts").asInt()).isEqualTo(2);
        assertThat(key.get("dueInMs").isNull()).isTrue();
        assertThat(key.get("reason").asText()).isEqualTo("WebhookException: the webhook answered 500");
        JsonNode partition =
                JSON.readTree(get(management, "/api/queues/WHATSAPP").body()).at("/partitions/0");
        assertThat(partition.get("held").asInt()).isPositive();
        assertThat(partition.get("held").asInt() + partition.get("backlog").asInt())
                .isEqualTo(3);

        broken = "";
        assertThat(qbull("held", "retry", "WHATSAPP", "--key", "bad")).isEqualTo("1 retried or no longer held\n");

        await().until(() -> delivered.size() == 6);
        assertThat(delivered).containsExactly("good 1", "good 2", "good 3", "bad 1", "bad 2", "bad 3");
        await().until(() -> held().isEmpty());
        assertThat(jobs("WHATSAPP", 1)).isEmpty();
    }

    @Test
    void a_drop_takes_the_failed_job_alone_and_the_next_of_its_key_runs() {
        holdOne();

        assertThat(change("/drop?key=bad").body())
                .isEqualTo("{\"queue\":\"WHATSAPP\",\"found\":1,\"dropped\":1,\"gone\":0,\"pending\":0,\"unknown\":0}");

        await().until(() -> delivered.size() == 5);
        assertThat(delivered).containsExactly("good 1", "good 2", "good 3", "bad 2", "bad 3");
        await().until(() -> held().isEmpty());
        assertThat(dead("WHATSAPP", 1)).isEmpty();
    }

    @Test
    void a_retry_that_fails_again_holds_the_key_again() throws IOException {
        holdOne();
        long before = held().get(0).get("failedAt").asLong();
        assertThat(change("/retry?all=true").body()).contains("\"retried\":1");
        await().until(() -> held().get(0).get("failedAt").asLong() > before
                && held().get(0).get("dueInMs").isNull());
        assertThat(held().get(0).get("attempts").asInt()).isEqualTo(2);
        assertThat(delivered).containsExactly("good 1", "good 2", "good 3");
    }

    @ParameterizedTest
    @CsvSource({
        "/retry, 400, Say which one",
        "/drop?all=true&key=bad, 400, Say which one",
        "/drop?all=yes, 400, all must be true or false",
        "/drop?id=1, 400, no parameter id",
        "/drop?key=other, 200, '\"found\":0,\"dropped\":0'",
        "/drop?all=true&dryRun=true, 200, '\"found\":1,\"dryRun\":true'"
    })
    void a_change_that_is_not_clear_or_not_meant_changes_nothing(String target, int status, String body) {
        holdOne();
        RawHttp.Answer answer = change(target);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body()).contains(body);
        assertThat(held()).hasSize(1);
    }

    @Test
    void what_does_not_exist_is_a_404_and_reading_changes_nothing() {
        holdOne();
        assertThat(get(management, "/api/queues/NOPE/held").status()).isEqualTo(404);
        assertThat(get(management, HELD + "?limit=1001").status()).isEqualTo(400);
        assertThat(get(management, HELD + "?after=x").status()).isEqualTo(400);
        assertThat(get(management, HELD + "/drop?all=true").status()).isGreaterThanOrEqualTo(400);
        assertThat(held()).hasSize(1);
    }

    /** The key has three jobs, of which the first fails until it is held; the other key's jobs come between. */
    private void holdOne() {
        for (int i = 1; i <= 3; i++) {
            post("/queues/WHATSAPP/jobs?key=bad", "bad " + i, "Idempotency-Key: id-" + i);
            post("/queues/WHATSAPP/jobs?key=good", "good " + i);
        }
        await().until(() -> delivered.size() == 3
                && held().size() == 1
                && held().get(0).get("dueInMs").isNull());
        assertThat(delivered).containsExactly("good 1", "good 2", "good 3");
    }

    private JsonNode held() {
        try {
            return JSON.readTree(get(management, HELD).body()).get("held");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private RawHttp.Answer change(String target, String... headers) {
        return RawHttp.send(management, "POST " + HELD + target, List.of(headers), new byte[0]);
    }

    private String qbull(String... words) throws IOException {
        CommandRun.configure(home, "qbull.redisUrl=" + redisUri());
        return CommandRun.of(home, words).out();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        boolean refused = body.equals(broken);
        if (!refused) {
            delivered.add(body);
        }
        exchange.sendResponseHeaders(refused ? 500 : 204, -1);
        exchange.close();
    }
}
