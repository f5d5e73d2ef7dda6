package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A pod that stops while clients have requests open. A stop that waits for them lasts longer than the timeout of these tests. */
@Timeout(30)
class IntakeStopTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String JOBS = "/queues/WHATSAPP/jobs";
    private static final String NDJSON = "Content-Type: application/x-ndjson";

    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

    @AfterEach
    void end() {
        clock.shutdownNow();
    }

    @Override
    RedisExtension redis() {
        return REDIS;
    }

    @Override
    String routes() {
        return "ingest-*.camel.yaml";
    }

    @Override
    Map<String, String> settings() {
        return Map.of("qbull.partitions", "2", "camel.component.qbull.enqueueTimeout", "10m");
    }

    @Test
    void a_silent_client_is_told_what_became_of_its_lines() throws Exception {
        try (ChunkedPost client = new ChunkedPost(http, JOBS, NDJSON)) {
            client.send(bytes(line(0) + "oops\n" + line(1) + "{\"key\":\"k\",\"bo"));
            await().until(() -> jobs("WHATSAPP", 2).size() == 2);

            CompletableFuture<Void> stop = stop();

            JsonNode answer = stopped(client.answer());
            assertThat(answer.get("accepted").intValue()).isEqualTo(2);
            assertThat(answer.get("refused"))
                    .singleElement()
                    .satisfies(refused ->
                            assertThat(refused.get("line").intValue()).isEqualTo(2));
            assertThat(answer.get("detail").asText()).startsWith("Reading stopped: the server is stopping.");
            stop.get();
        }
        assertThat(jobs("WHATSAPP", 2)).hasSize(2);
    }

    @Test
    void a_client_that_does_not_end_is_told_what_became_of_its_lines() throws Exception {
        try (ChunkedPost client = new ChunkedPost(http, JOBS, NDJSON, "Idempotency-Key: endless")) {
            AtomicInteger sent = new AtomicInteger();
            var unused = clock.scheduleAtFixedRate(() -> drip(client, sent), 0, 5, TimeUnit.MILLISECONDS);
            await().until(() -> jobs("WHATSAPP", 2).size() > 10);

            CompletableFuture<Void> stop = stop();

            JsonNode answer = stopped(client.answer());
            stop.get();
            assertThat(jobs("WHATSAPP", 2)).hasSize(answer.get("accepted").intValue());
        }
    }

    @Test
    void lines_that_redis_does_not_answer_hold_nothing_up() throws Exception {
        try (ChunkedPost client = new ChunkedPost(http, JOBS, NDJSON);
                Resp resp = REDIS.server().connect()) {
            client.send(bytes(line(0)));
            await().until(() -> jobs("WHATSAPP", 2).size() == 1);
            resp.call("CLIENT", "PAUSE", "60000", "WRITE");
            try {
                client.send(bytes(line(1) + line(2)));
                client.end();
                await().until(() -> resp.text("INFO", "clients").matches("(?s).*blocked_clients:[1-9].*"));

                CompletableFuture<Void> stop = stop();

                JsonNode answer = stopped(client.answer());
                assertThat(answer.get("accepted").intValue()).isEqualTo(1);
                assertThat(answer.get("refusedCount").intValue()).isEqualTo(2);
                resp.call("CLIENT", "UNPAUSE");
                stop.get();
            } finally {
                resp.call("CLIENT", "UNPAUSE");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"?key=k", ""})
    void a_request_that_redis_does_not_answer_holds_nothing_up(String query) throws Exception {
        String[] headers = query.isEmpty() ? new String[] {NDJSON, "Idempotency-Key: new"} : new String[0];
        assertThat(post(JOBS + "?key=k", "known").status()).isEqualTo(202);
        try (ChunkedPost client = new ChunkedPost(http, JOBS + query, headers);
                Resp resp = REDIS.server().connect();
                CapturedLog log = new CapturedLog()) {
            resp.call("CLIENT", "PAUSE", "60000", "WRITE");
            try {
                client.send(bytes(line(0)));
                client.end();
                await().until(() -> resp.text("INFO", "clients").matches("(?s).*blocked_clients:[1-9].*"));

                CompletableFuture<Void> stop = stop();

                RawHttp.Answer answer = client.answer();
                assertThat(answer.status()).as(answer.head()).isEqualTo(503);
                assertThat(answer.header("Retry-After")).isNotEmpty();
                resp.call("CLIENT", "UNPAUSE");
                stop.get();
                assertThat(log.lines("Timeout occurred during graceful shutdown"))
                        .isEmpty();
            } finally {
                resp.call("CLIENT", "UNPAUSE");
            }
        }
    }

    @Test
    void an_upload_that_does_not_end_is_refused() throws Exception {
        try (ChunkedPost client = new ChunkedPost(http, JOBS + "?key=k")) {
            client.send(bytes("half of a bo"));
            // A later request is answered when the server has read the earlier one.
            assertThat(post(JOBS + "?key=k", "whole").status()).isEqualTo(202);

            CompletableFuture<Void> stop = stop();

            RawHttp.Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("Retry-After")).isNotEmpty();
            assertThat(answer.body()).contains("The server is stopping; the job was not added");
            stop.get();
        }
        assertThat(jobs("WHATSAPP", 2)).hasSize(1);
    }

    private CompletableFuture<Void> stop() {
        return CompletableFuture.runAsync(context::stop).orTimeout(20, TimeUnit.SECONDS);
    }

    private static JsonNode stopped(RawHttp.Answer answer) throws IOException {
        assertThat(answer.status()).as(answer.head()).isEqualTo(503);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.header("Retry-After")).isNotEmpty();
        return JSON.readTree(answer.body());
    }

    private static void drip(ChunkedPost client, AtomicInteger sent) {
        try {
            client.send(bytes(line(sent.getAndIncrement())));
        } catch (IOException e) {
            throw new UncheckedIOException("the connection has ended, and with it this task", e);
        }
    }

    private static String line(int n) {
        return "{\"key\":\"k\",\"body\":\"" + n + "\"}\n";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
