package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The route {@code ingest-http} while Redis is slow, away or full. */
@Timeout(120)
class HttpOutageTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final String JOBS = "/queues/WHATSAPP/jobs?key=k";
    private static final int CLIENTS = 100;

    @Override
    RedisExtension redis() {
        return REDIS;
    }

    @Override
    String routes() {
        return "ingest-http.camel.yaml";
    }

    @Override
    Map<String, String> settings() {
        return Map.of("camel.component.qbull.enqueueTimeout", "2s", "qbull.leaseTtl", "2s");
    }

    @Test
    void a_redis_that_stands_still_holds_no_thread_of_the_server() throws Exception {
        accepted();
        REDIS.server().pause();
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<CompletableFuture<RawHttp.Answer>> slow = IntStream.range(0, CLIENTS)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> post(JOBS, "x"), clients))
                    .toList();
            // More than the server has threads; a request that needs no Redis passes them all.
            long start = System.nanoTime();
            assertThat(post("/queues/WHATSAPP/jobs", "x").status()).isEqualTo(400);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
            for (CompletableFuture<RawHttp.Answer> each : slow) {
                unavailable(each.get());
            }
        } finally {
            clients.shutdownNow();
            REDIS.server().resume();
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> post(JOBS, "x").status() == 202);
    }

    @Test
    void a_redis_that_is_gone_is_a_503_until_it_is_back() {
        accepted();
        REDIS.server().kill();

        RawHttp.Answer answer = post(JOBS, "x");

        unavailable(answer);
        REDIS.server().restart();
        await().atMost(Duration.ofSeconds(20)).until(() -> post(JOBS, "x").status() == 202);
    }

    @Test
    void a_full_redis_is_a_503_that_says_so() {
        accepted();
        try (Resp resp = REDIS.server().connect()) {
            resp.call("CONFIG", "SET", "maxmemory", "1mb");
            RawHttp.Answer answer = post(JOBS, "x".repeat(500_000));
            unavailable(answer);
            assertThat(answer.body()).contains("full", "was not added");
            resp.call("CONFIG", "SET", "maxmemory", "0");
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> post(JOBS, "x").status() == 202);
    }

    private void accepted() {
        assertThat(post(JOBS, "x").status()).isEqualTo(202);
    }

    private static void unavailable(RawHttp.Answer answer) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(503);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.header("Retry-After")).matches("[0-9]+");
        assertThat(answer.body())
                .containsAnyOf("was not added", "may have been added")
                .doesNotContain("127.0.0.1", "Exception", "\tat ");
    }
}
