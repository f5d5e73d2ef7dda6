package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.LocalHttp;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.camel.component.http.HttpComponent;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The sample consumer with a webhook. */
class WebhookTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final AtomicInteger answer = new AtomicInteger(204);
    /** The only key that gets the answer, and a wait with it; null = all get it, and none a wait. */
    private final AtomicReference<@Nullable String> limited = new AtomicReference<>();

    private final HttpServer hook = LocalHttp.serve("/", this::take);

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
        return Map.of(
                "qbull.partitions",
                "2",
                "qbull.webhookUrl",
                "http://127.0.0.1:" + hook.getAddress().getPort() + "/hook?a=b&muteException=false&sig=s3cret",
                "camel.component.qbull.backoff",
                "100ms");
    }

    @AfterEach
    void stop() {
        hook.stop(0);
    }

    @Test
    void a_job_is_posted_with_its_metadata() {
        post(
                "/queues/WHATSAPP/jobs?key=%2B57%20%C3%BC",
                "hello", "Idempotency-Key: id-1", "Content-Type: text/plain", "traceparent: 00-1-2-03");

        await().until(() -> calls.size() == 1);
        Call call = calls.get(0);
        assertThat(call.line()).isEqualTo("POST /hook?a=b&muteException=false&sig=s3cret");
        assertThat(call.body()).isEqualTo("hello");
        assertThat(call.headers().getFirst("X-Qbull-Queue")).isEqualTo("WHATSAPP");
        assertThat(call.headers().getFirst("X-Qbull-Key")).isEqualTo("+57%20%C3%BC");
        assertThat(call.headers().getFirst("X-Qbull-Job-Id")).isEqualTo("id-1");
        assertThat(call.headers().getFirst("X-Qbull-Partition")).matches("[01]");
        assertThat(call.headers().getFirst("X-Qbull-Epoch")).matches("[0-9]{10,}");
        assertThat(call.headers().getFirst("X-Qbull-Attempt")).isEqualTo("1");
        assertThat(call.headers().getFirst("X-Qbull-Enqueued-At")).matches("[0-9]{13}");
        assertThat(call.headers().getFirst("traceparent")).isEqualTo("00-1-2-03");
        assertThat(call.headers().getFirst("Content-Type")).startsWith("text/plain");
        assertThat(call.headers().keySet())
                .noneMatch(name -> name.toLowerCase(java.util.Locale.ROOT).startsWith("camel"));
        await().until(() -> undone("WHATSAPP", 2) == 0);
    }

    @Test
    void an_answer_that_may_change_fails_the_job_which_is_retried() {
        for (int status : new int[] {500, 302}) {
            calls.clear();
            answer.set(status);
            post("/queues/WHATSAPP/jobs?key=k", "x");
            await().until(() -> !calls.isEmpty());
            answer.set(200);
            await().until(() -> undone("WHATSAPP", 2) == 0);

            assertThat(calls)
                    .extracting(call -> call.headers().getFirst("X-Qbull-Attempt"))
                    .contains("1", "2");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void a_wait_that_the_webhook_names_is_kept_outside_the_job_and_only_its_key_waits(int status) {
        limited.set("A");
        answer.set(status);
        post("/queues/WHATSAPP/jobs?key=A", "x");
        await().until(() -> !calls.isEmpty());
        for (int key = 0; key < 6; key++) {
            post("/queues/WHATSAPP/jobs?key=k" + key, "x");
        }

        await().until(() -> {
            assertThat(calls.stream().filter(call -> "A".equals(call.headers().getFirst("X-Qbull-Key"))))
                    .as("posts of the job that waits")
                    .hasSize(1);
            return calls.size() == 7 && undone("WHATSAPP", 2) == 1;
        });
        assertThat(held()).matches("\\d+ 1 \\d+ WebhookException: the webhook answered " + status);
        String[] times = held().split(" ", -1);
        assertThat(Long.parseLong(times[0]) - Long.parseLong(times[2])).isEqualTo(20_000);
    }

    @Test
    void camels_clients_repeat_nothing_by_themselves() {
        for (String name : List.of("http", "https")) {
            HttpComponent client = context.getComponent(name, HttpComponent.class);
            assertThat(client.isAutomaticRetriesDisabled()).as(name).isTrue();
            assertThat(client.getConnectionsPerRoute()).as(name).isEqualTo(1_000);
            assertThat(client.getMaxTotalConnections()).as(name).isEqualTo(1_000);
        }
    }

    @Test
    void a_failed_job_shows_the_answer_of_the_webhook_and_never_its_address() {
        answer.set(404);
        try (CapturedLog log = new CapturedLog()) {
            post("/queues/WHATSAPP/jobs?key=k", "x");
            await().until(() -> dead("WHATSAPP", 2).size() == 1);

            assertThat(dead("WHATSAPP", 2).get(0).get("reason"))
                    .isEqualTo("WebhookException: the webhook answered 404");
            assertThat(log.seen("buried")).hasSize(1).allMatch(line -> line.contains("the webhook answered 404"));
            assertThat(log.seen("s3cret")).isEmpty();
        }
        hook.stop(0);
        try (CapturedLog log = new CapturedLog()) {
            post("/queues/WHATSAPP/jobs?key=k", "x");
            await().until(() -> undone("WHATSAPP", 2) == 1
                    && held().endsWith("WebhookException: the webhook did not answer: no connection"));

            assertThat(log.seen("no connection")).hasSize(1);
            assertThat(log.seen("s3cret")).isEmpty();
        }
    }

    /** The only held key. */
    private String held() {
        try (Resp resp = REDIS.server().connect()) {
            return IntStream.range(0, 2)
                    .mapToObj(p -> resp.list("HVALS", "{WHATSAPP:" + p + "}:held"))
                    .flatMap(List::stream)
                    .map(String::valueOf)
                    .collect(Collectors.joining());
        }
    }

    private void take(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String line = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        Headers copy = new Headers();
        copy.putAll(exchange.getRequestHeaders());
        calls.add(new Call(line, copy, body));
        String key = limited.get();
        boolean takes = key != null && !key.equals(copy.getFirst("X-Qbull-Key"));
        exchange.getResponseHeaders().set("Retry-After", key == null ? "" : "20");
        exchange.sendResponseHeaders(takes ? 204 : answer.get(), -1);
        exchange.close();
    }

    private record Call(String line, Headers headers, String body) {}
}
