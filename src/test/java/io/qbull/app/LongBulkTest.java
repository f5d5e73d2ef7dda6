package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.camel.builder.AdviceWith;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Bulk requests that last longer than what is remembered of them, and what follows them on their route. */
class LongBulkTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final String JOBS = "/queues/WHATSAPP/jobs";
    private static final String[] HEADERS = {"Content-Type: application/x-ndjson", "Idempotency-Key: long"};
    private static final String LINES = IntStream.range(0, 10)
            .mapToObj(n -> "{\"key\":\"k" + n + "\",\"body\":\"" + n + "\"}\n")
            .collect(Collectors.joining());

    @Override
    RedisExtension redis() {
        return REDIS;
    }

    @Override
    String routes() {
        return "ingest-http-bulk.camel.yaml";
    }

    @Override
    Map<String, String> settings() {
        return Map.of("qbull.partitions", "2", "camel.component.qbull.deduplicationWindow", "6s");
    }

    @Test
    void the_first_lines_of_a_long_request_are_still_known_after_its_end() throws IOException {
        try (ChunkedPost request = new ChunkedPost(http, JOBS, HEADERS)) {
            request.send(LINES.getBytes(StandardCharsets.UTF_8));
            await().until(() -> jobs("WHATSAPP", 2).size() == 10);
            awaitRenewals(3);
            request.end();
            assertThat(request.answer().body()).contains("\"accepted\":10,");
        }

        assertThat(post(JOBS, LINES, HEADERS).body()).contains("\"accepted\":0,\"duplicates\":10,");
        assertThat(jobs("WHATSAPP", 2)).hasSize(10);
    }

    /** Those of the queue must not be blocked by what a route does next. */
    @Test
    void a_route_continues_on_its_own_thread() throws Exception {
        List<String> threads = new CopyOnWriteArrayList<>();
        AdviceWith.adviceWith(
                context,
                "ingest-bulk",
                route -> route.weaveById("ingest-bulk-read")
                        .after()
                        .process(exchange -> threads.add(Thread.currentThread().getName())));

        post(JOBS, LINES, HEADERS[0]);
        post(JOBS, LINES, HEADERS);
        post(JOBS, LINES, HEADERS);

        assertThat(threads)
                .hasSize(3)
                .allSatisfy(thread -> assertThat(thread).doesNotContain("-loop", "lettuce", "eventloop"));
    }

    /** Together they take as long as the progress lives. */
    private static void awaitRenewals(int times) {
        try (Resp resp = REDIS.server().connect()) {
            List<String> keys = resp.list("KEYS", "*:source:*").stream()
                    .map(String::valueOf)
                    .toList();
            assertThat(keys).hasSize(2);
            Map<String, Long> left = new HashMap<>();
            Map<String, Integer> renewals = new HashMap<>();
            await().until(() -> {
                for (String key : keys) {
                    long now = resp.number("PTTL", key);
                    Long before = left.put(key, now);
                    if (before != null && now > before) {
                        renewals.merge(key, 1, Integer::sum);
                    }
                }
                return renewals.size() == keys.size()
                        && renewals.values().stream().allMatch(count -> count >= times);
            });
        }
    }
}
