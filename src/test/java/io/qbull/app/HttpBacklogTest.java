package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A queue that has as many jobs as {@code maxBacklog} allows. */
class HttpBacklogTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String JOBS = "/queues/WHATSAPP/jobs";

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
        return Map.of(
                "qbull.partitions", "2",
                "camel.component.qbull.maxBacklog", "20",
                "camel.component.qbull.batch", "5");
    }

    @Test
    void a_job_beyond_it_is_a_429_until_jobs_are_done() {
        for (int i = 0; i < 10; i++) {
            assertThat(post(JOBS + "?key=a", "x").status()).isEqualTo(202);
        }

        RawHttp.Answer refused = post(JOBS + "?key=a", "x");

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(refused.header("Retry-After")).matches("[1-9][0-9]*");
        assertThat(refused.body()).contains("Too Many Requests", "maxBacklog", "was not added");
        assertThat(jobs("WHATSAPP", 2)).hasSize(10);
        takeAll();
        assertThat(post(JOBS + "?key=a", "x").status()).isEqualTo(202);
    }

    @Test
    void a_bulk_request_stops_there_and_its_repeats_complete_it() throws IOException {
        List<String> lines = IntStream.range(0, 200)
                .mapToObj(n -> "{\"key\":\"k" + n % 7 + "\",\"body\":\"" + n + "\"}")
                .toList();
        List<Map<String, String>> added = new ArrayList<>();
        RawHttp.Answer answer;
        do {
            answer =
                    post(JOBS, String.join("\n", lines), "Content-Type: application/x-ndjson", "Idempotency-Key: bulk");
            List<Map<String, String>> now = takeAll();
            JsonNode told = JSON.readTree(answer.body());
            assertThat(told.get("accepted").intValue()).isPositive().isEqualTo(now.size());
            assertThat(told.get("duplicates").intValue()).isEqualTo(added.size());
            if (added.isEmpty()) {
                assertThat(answer.status()).isEqualTo(429);
                assertThat(answer.header("Retry-After")).matches("[1-9][0-9]*");
                assertThat(told.get("refused").get(0).get("reason").asText()).contains("its share of maxBacklog");
            }
            // A share of 10, and less than one call beyond it.
            assertThat(now).hasSizeLessThan(2 * (10 + 5));
            added.addAll(now);
        } while (answer.status() == 429);

        assertThat(answer.status()).isEqualTo(202);
        assertThat(added).hasSize(200);
        for (int key = 0; key < 7; key++) {
            String name = "k" + key;
            assertThat(added.stream().filter(job -> name.equals(job.get("key"))))
                    .extracting(job -> Integer.parseInt(job.get("body")))
                    .isSorted()
                    .doesNotHaveDuplicates();
        }
    }

    /** As workers do. */
    private List<Map<String, String>> takeAll() {
        List<Map<String, String>> all = jobs("WHATSAPP", 2);
        try (Resp resp = REDIS.server().connect()) {
            resp.call("XTRIM", "WHATSAPP:0", "MAXLEN", "0");
            resp.call("XTRIM", "WHATSAPP:1", "MAXLEN", "0");
        }
        return all;
    }
}
