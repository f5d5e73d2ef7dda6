package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.RedisExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The sample consumer with a webhook. */
class WebhookTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final AtomicInteger answer = new AtomicInteger(204);
    private final HttpServer hook = hook();

    @Override
    RedisExtension redis() {
        return REDIS;
    }

    @Override
    String routes() {
        return "*.camel.yaml";
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
    void an_answer_other_than_2xx_fails_the_job_which_is_retried() {
        for (int status : new int[] {500, 404, 302}) {
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

    @Test
    void a_failed_job_shows_the_answer_of_the_webhook_and_never_its_address() {
        answer.set(500);
        buried("the webhook answered 500");

        hook.stop(0);
        buried("the webhook did not answer: no connection");
    }

    private void buried(String reason) {
        int before = dead("WHATSAPP", 2).size();
        try (CapturedLog log = new CapturedLog()) {
            post("/queues/WHATSAPP/jobs?key=k", "x");
            await().until(() -> log.seen("buried").size() == 1);
            await().until(() -> dead("WHATSAPP", 2).size() == before + 1);

            assertThat(dead("WHATSAPP", 2).get(before).get("reason")).isEqualTo("WebhookException: " + reason);
            assertThat(log.seen("buried")).allMatch(line -> line.contains(reason));
            assertThat(log.seen("s3cret")).isEmpty();
        }
    }

    private HttpServer hook() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                String line = exchange.getRequestMethod() + " " + exchange.getRequestURI();
                Headers copy = new Headers();
                copy.putAll(exchange.getRequestHeaders());
                calls.add(new Call(line, copy, body));
                exchange.sendResponseHeaders(answer.get(), -1);
                exchange.close();
            });
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Call(String line, Headers headers, String body) {}
}
