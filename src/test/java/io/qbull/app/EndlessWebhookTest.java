package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.qbull.testing.LocalHttp;
import io.qbull.testing.RedisExtension;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The sample consumer with a webhook whose answers do not end. */
class EndlessWebhookTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private final AtomicInteger calls = new AtomicInteger();
    private final HttpServer hook = LocalHttp.serve("/", this::answer);

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
                "http://127.0.0.1:" + hook.getAddress().getPort() + "/");
    }

    @AfterEach
    void stop() {
        hook.stop(0);
    }

    @Test
    void an_answer_without_end_counts_by_its_status() {
        post("/queues/WHATSAPP/jobs?key=k", "x");
        post("/queues/WHATSAPP/jobs?key=k", "y");

        await().until(() -> calls.get() == 2 && undone("WHATSAPP", 2) == 0);

        assertThat(dead("WHATSAPP", 2)).isEmpty();
    }

    /** Writes until the client hangs up. */
    private void answer(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        calls.incrementAndGet();
        exchange.sendResponseHeaders(200, 0);
        while (true) {
            exchange.getResponseBody().write(new byte[1 << 10]);
        }
    }
}
