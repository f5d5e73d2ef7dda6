package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The routes that take jobs over HTTP while Redis is slow, away or full. */
@Timeout(120)
class HttpOutageTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final String JOBS = "/queues/WHATSAPP/jobs?key=k";
    private static final int CLIENTS = 100;
    private static final String BULK = "/queues/WHATSAPP/jobs";
    private static final String NDJSON = "Content-Type: application/x-ndjson";
    private static final String ID = "Idempotency-Key: bulk";
    private static final ObjectMapper JSON = new ObjectMapper();

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
        return Map.of("camel.component.qbull.enqueueTimeout", "2s", "qbull.leaseTtl", "2s");
    }

    @Test
    void a_hanging_redis_occupies_no_server_thread() throws Exception {
        accepted();
        REDIS.server().pause();
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<CompletableFuture<RawHttp.Answer>> slow = IntStream.range(0, CLIENTS)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> post(JOBS, "x"), clients))
                    .toList();
            // More than the server has threads; a request that needs no Redis passes them all.
            assertThat(post("/queues/WHATSAPP/jobs", "x").status()).isEqualTo(400);
            assertThat(slow).noneMatch(CompletableFuture::isDone);
            for (CompletableFuture<RawHttp.Answer> each : slow) {
                unavailable(each.get());
            }
        } finally {
            clients.shutdownNow();
            REDIS.server().resume();
        }
        await().until(() -> post(JOBS, "x").status() == 202);
    }

    @Test
    void a_missing_redis_gives_a_503_until_it_is_back() {
        accepted();
        REDIS.server().kill();

        RawHttp.Answer answer = post(JOBS, "x");

        unavailable(answer);
        REDIS.server().restart();
        await().until(() -> post(JOBS, "x").status() == 202);
    }

    @Test
    void a_full_redis_gives_a_503_that_says_so() {
        accepted();
        try (Resp resp = REDIS.server().connect()) {
            resp.call("CONFIG", "SET", "maxmemory", "1mb");
            RawHttp.Answer answer = post(JOBS, "x".repeat(500_000));
            unavailable(answer);
            assertThat(answer.body()).contains("full", "was not added");
            resp.call("CONFIG", "SET", "maxmemory", "0");
        }
        await().until(() -> post(JOBS, "x").status() == 202);
    }

    @Test
    void a_bulk_request_reports_what_a_killed_redis_added_and_a_repeat_completes_it() throws Exception {
        accepted();
        List<String> lines = IntStream.range(0, 30_000)
                .mapToObj(n -> "{\"key\":\"k" + n % 50 + "\",\"body\":\"" + n + "\"}")
                .toList();
        RawHttp.Answer broken;
        try (ChunkedPost post = new ChunkedPost(http, BULK, NDJSON, ID)) {
            for (List<String> part : parts(lines)) {
                if (part.get(0).equals(lines.get(15_000))) {
                    // Some of what was sent is there, some is under way.
                    await().until(() -> jobs("WHATSAPP", 16).size() > 5_000);
                    REDIS.server().kill();
                }
                post.send(text(part));
            }
            post.end();
            broken = post.answer();
        }
        unavailable(broken);
        JsonNode told = JSON.readTree(broken.body());
        long accepted = told.get("accepted").longValue();
        assertThat(accepted).isPositive();
        assertThat(told.get("refusedCount").longValue()).isPositive();
        assertThat(told.get("refused")).hasSizeBetween(1, 1_000);

        REDIS.server().restart();
        List<RawHttp.Answer> repeats = new ArrayList<>();
        await().until(() -> {
            repeats.add(post(BULK, String.join("\n", lines), NDJSON, ID));
            return repeats.get(repeats.size() - 1).status() == 202;
        });

        JsonNode last = JSON.readTree(repeats.get(repeats.size() - 1).body());
        assertThat(last.get("accepted").longValue() + last.get("duplicates").longValue())
                .isEqualTo(30_000);
        assertThat(last.get("duplicates").longValue()).isGreaterThanOrEqualTo(accepted);
        Map<String, List<Integer>> byKey = jobs("WHATSAPP", 16).stream()
                .filter(job -> !"k".equals(job.get("key")))
                .collect(Collectors.groupingBy(
                        job -> job.get("key"),
                        Collectors.mapping(job -> Integer.parseInt(job.get("body")), Collectors.toList())));
        assertThat(byKey).hasSize(50);
        byKey.forEach((key, bodies) -> assertThat(bodies)
                .as(key)
                .containsExactlyElementsOf(IntStream.range(0, 600)
                        .mapToObj(n -> n * 50 + Integer.parseInt(key.substring(1)))
                        .toList()));
    }

    @Test
    void an_idle_bulk_request_reports_exact_counts_when_redis_is_killed() throws Exception {
        accepted();
        try (ChunkedPost post = new ChunkedPost(http, BULK, NDJSON, ID)) {
            List<String> lines = IntStream.range(0, 1_000)
                    .mapToObj(n -> "{\"key\":\"k" + n % 50 + "\",\"body\":\"" + n + "\"}")
                    .toList();
            post.send(text(lines));
            await().until(() -> jobs("WHATSAPP", 16).size() == 1_001);
            REDIS.server().kill();
            post.send(text(lines.subList(0, 7)));
            post.end();

            JsonNode told = JSON.readTree(post.answer().body());
            assertThat(told.get("accepted").intValue()).isEqualTo(1_000);
            assertThat(told.get("duplicates").intValue()).isZero();
            assertThat(told.get("refusedCount").intValue()).isEqualTo(7);
            assertThat(told.get("refused"))
                    .extracting(refused -> refused.get("line").intValue())
                    .containsExactly(1_001, 1_002, 1_003, 1_004, 1_005, 1_006, 1_007);
        }
    }

    private static List<List<String>> parts(List<String> lines) {
        return IntStream.range(0, lines.size() / 500)
                .mapToObj(part -> lines.subList(part * 500, part * 500 + 500))
                .toList();
    }

    private static byte[] text(List<String> lines) {
        return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private void accepted() {
        assertThat(post(JOBS, "x").status()).isEqualTo(202);
    }

    private static void unavailable(RawHttp.Answer answer) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(503);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.header("Retry-After")).matches("[0-9]+");
        assertThat(answer.body())
                .containsAnyOf("was not added", "may have been added", "Repeat the whole request")
                .doesNotContain("127.0.0.1", "Exception", "\tat ");
    }
}
