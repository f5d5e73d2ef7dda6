package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.testing.CapturedLog;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Redis goes away while a window is open. */
@Timeout(180)
class CoalesceOutageTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    @Override
    RedisExtension redis() {
        return REDIS;
    }

    @Override
    String routes() {
        return "coalesce.camel.yaml,ingest-http.camel.yaml";
    }

    @Override
    Map<String, String> settings() {
        return Map.of(
                "qbull.queues", "MESSAGES",
                "qbull.partitions", "1",
                "qbull.leaseTtl", "2s",
                "qbull.coalesce", "true",
                "qbull.coalesceWindow", "1s",
                "qbull.queue.MESSAGES.maxAttempts", "1");
    }

    @Test
    void windows_are_closed_once_redis_is_back() {
        try (CapturedLog log = new CapturedLog()) {
            assertThat(post("/queues/MESSAGES/jobs?key=a", "hello").status()).isEqualTo(202);
            await().until(() -> {
                try (Resp resp = REDIS.server().connect()) {
                    return resp.number("EXISTS", "{MESSAGES}:windows") == 1;
                }
            });
            REDIS.server().kill();
            await().until(() -> !log.lines("its windows cannot be read").isEmpty());
            REDIS.server().restart();

            await().until(() -> jobs("WHATSAPP", 1).size() == 1);
            assertThat(jobs("WHATSAPP", 1).get(0)).containsEntry("body", "[\"hello\"]");
            assertThat(log.lines("its windows cannot be read")).hasSize(1);
        }
    }

    @Test
    void no_message_is_buried_because_redis_is_full() throws Exception {
        context.getRouteController().stopRoute("coalesce");
        IntStream.range(0, 20)
                .forEach(n -> assertThat(
                                post("/queues/MESSAGES/jobs?key=k" + n, "hello").status())
                        .isEqualTo(202));
        try (Resp resp = REDIS.server().connect();
                CapturedLog log = new CapturedLog()) {
            resp.call("CONFIG", "SET", "maxmemory", "1");
            context.getRouteController().startRoute("coalesce");
            await().until(() -> resp.number("HLEN", "{MESSAGES:0}:held") == 20);
            assertThat(log.seen("hello")).isEmpty();
            resp.call("CONFIG", "SET", "maxmemory", "0");

            await().until(() -> jobs("WHATSAPP", 1).size() == 20);
            assertThat(dead("MESSAGES", 1)).isEmpty();
        }
    }
}
