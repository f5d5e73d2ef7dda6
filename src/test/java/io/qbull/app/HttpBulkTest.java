package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The route {@code ingest-bulk} as it is shipped, beside {@code ingest-http}. */
class HttpBulkTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String JOBS = "/queues/WHATSAPP/jobs";
    private static final String NDJSON = "Content-Type: application/x-ndjson";

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
                "qbull.partitions", "4",
                "qbull.maxLineLength", "5000",
                "qbull.maxRequestSize", "2000000",
                "qbull.maxJsonDepth", "10",
                "camel.component.qbull.maxBodySize", "1000");
    }

    @Test
    void each_line_is_a_job_and_each_key_keeps_its_order() throws IOException {
        List<String> lines = IntStream.range(0, 5_000)
                .mapToObj(n -> "{\"key\":\"k" + n % 50 + "\",\"body\":\"" + n + "\"}")
                .toList();

        RawHttp.Answer answer = post(JOBS, String.join("\n", lines), NDJSON + "; charset=utf-8");

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.body()).isEqualTo("{\"accepted\":5000,\"duplicates\":0,\"refusedCount\":0,\"refused\":[]}");
        Map<String, List<String>> byKey = new HashMap<>();
        jobs("WHATSAPP", 4)
                .forEach(job -> byKey.computeIfAbsent(job.get("key"), any -> new ArrayList<>())
                        .add(job.get("body")));
        assertThat(byKey).hasSize(50);
        byKey.forEach((key, bodies) -> assertThat(bodies)
                .containsExactlyElementsOf(IntStream.range(0, 100)
                        .mapToObj(n -> Integer.toString(n * 50 + Integer.parseInt(key.substring(1))))
                        .toList()));
    }

    @Test
    void bad_lines_are_listed_by_number_and_reason_and_the_others_are_added() throws IOException {
        String lines = String.join(
                "\n",
                "{\"key\":\"a\",\"body\":\"1\"}",
                "{\"key\":\"a\",\"body\":secret}",
                "",
                "{\"to\":\"b\",\"n\":2}\r",
                "[]",
                "{\"key\":\"a\",\"body\":\"" + "x".repeat(1001) + "\"}",
                "x".repeat(5_001),
                "{\"key\":\"a\",\"body\":[[[[[[[[[[1]]]]]]]]]]}",
                "{\"key\":\"" + "k".repeat(513) + "\",\"body\":1}",
                "{\"key\":\"a\",\"body\":\"3\"}");

        RawHttp.Answer answer = post(JOBS, lines, NDJSON);

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        JsonNode json = JSON.readTree(answer.body());
        assertThat(json.get("accepted").intValue()).isEqualTo(3);
        assertThat(json.get("refusedCount").intValue()).isEqualTo(6);
        assertThat(json.get("refused"))
                .extracting(refused -> refused.get("line").intValue() + ": "
                        + refused.get("reason").asText())
                .satisfiesExactly(
                        reason -> assertThat(reason).startsWith("2: not JSON"),
                        reason -> assertThat(reason).isEqualTo("5: must be a JSON object"),
                        reason -> assertThat(reason).startsWith("6: body (1001 bytes) must be at most maxBodySize"),
                        reason -> assertThat(reason).isEqualTo("7: the line has 5001 bytes, the longest may have 5000"),
                        reason -> assertThat(reason).startsWith("8: the JSON is nested too deep"),
                        reason -> assertThat(reason).startsWith("9: key (513 bytes of UTF-8) must be at most"));
        assertThat(answer.body()).doesNotContain("secret");
        assertThat(jobs("WHATSAPP", 4))
                .extracting(job -> job.get("body"))
                .containsExactlyInAnyOrder("1", "{\"to\":\"b\",\"n\":2}", "3");
    }

    @Test
    void a_repeated_request_adds_only_what_is_missing() throws IOException {
        List<String> lines = IntStream.range(0, 3_000)
                .mapToObj(n -> "{\"key\":\"k" + n % 9 + "\",\"body\":\"" + n + "\"}")
                .toList();
        post(JOBS, String.join("\n", lines.subList(0, 1_234)), NDJSON, "Idempotency-Key: import 7");

        JsonNode second = JSON.readTree(post(JOBS, String.join("\n", lines), NDJSON, "Idempotency-Key: import 7")
                .body());
        JsonNode third = JSON.readTree(post(JOBS, String.join("\n", lines), NDJSON, "Idempotency-Key: import 7")
                .body());

        assertThat(second.get("accepted").intValue()).isEqualTo(3_000 - 1_234);
        assertThat(second.get("duplicates").intValue()).isEqualTo(1_234);
        assertThat(third.get("accepted").intValue()).isZero();
        assertThat(third.get("duplicates").intValue()).isEqualTo(3_000);
        assertThat(jobs("WHATSAPP", 4))
                .hasSize(3_000)
                .extracting(job -> job.get("body"))
                .doesNotHaveDuplicates();
        assertThat(post(JOBS, lines.get(0), NDJSON, "Idempotency-Key: import 8").body())
                .contains("\"accepted\":1");
    }

    @Test
    void a_repeated_request_lists_its_bad_lines_again_and_adds_nothing() throws IOException {
        List<String> lines = new ArrayList<>(IntStream.range(0, 10_000)
                .mapToObj(n -> "{\"key\":\"k" + n % 50 + "\",\"body\":\"" + n + "\"}")
                .toList());
        lines.set(2_499, "{\"key\":\"" + "k".repeat(513) + "\",\"body\":\"too long\"}");
        lines.set(4_999, "{\"key\":\"a\",\"body\":oops}");
        lines.set(7_499, "{\"body\":\"no key\"}");
        String refused = "\"refusedCount\":3,\"refused\":["
                + "{\"line\":2500,\"reason\":\"key (513 bytes of UTF-8) must be at most maxKeyLength (512 bytes)\"},"
                + "{\"line\":5000,\"reason\":\"not JSON: error at column 24\"},"
                + "{\"line\":7500,\"reason\":\"no key: the member key is missing\"}]";

        RawHttp.Answer first = post(JOBS, String.join("\n", lines), NDJSON, "Idempotency-Key: b3");
        RawHttp.Answer second = post(JOBS, String.join("\n", lines), NDJSON, "Idempotency-Key: b3");

        assertThat(first.status()).isEqualTo(422);
        assertThat(first.body()).contains("\"accepted\":9997,\"duplicates\":0," + refused);
        assertThat(second.status()).isEqualTo(422);
        assertThat(second.body()).contains("\"accepted\":0,\"duplicates\":9997," + refused);
        assertThat(jobs("WHATSAPP", 4))
                .hasSize(9_997)
                .extracting(job -> job.get("body"))
                .doesNotHaveDuplicates();
    }

    @Test
    void invalid_utf8_affects_only_its_own_line() throws IOException {
        String wide =
                new String("{\"key\":\"k\",\"body\":[1]}".getBytes(StandardCharsets.UTF_16LE), StandardCharsets.UTF_8);
        String line = "{\"key\":\"a\",\"body\":\"1\"}";

        JsonNode answer = JSON.readTree(
                post(JOBS, String.join("\n", line, wide, line, line), NDJSON).body());

        assertThat(answer.get("accepted").intValue()).isEqualTo(3);
        assertThat(answer.get("refused")).singleElement().satisfies(refused -> {
            assertThat(refused.get("line").intValue()).isEqualTo(2);
            assertThat(refused.get("reason").asText()).isEqualTo("not JSON in UTF-8");
        });
    }

    @Test
    void lines_whose_id_was_seen_are_duplicates_in_any_request() throws IOException {
        String lines = """
                {"key":"a","body":"1","id":"order-1"}
                {"key":"a","body":"2","id":"order-2"}
                {"key":"a","body":"3","id":"order-1"}
                {"key":"a","body":"4"}
                """;

        assertThat(post(JOBS, lines, NDJSON).body()).contains("\"accepted\":3,\"duplicates\":1,");
        assertThat(post(JOBS, lines, NDJSON).body()).contains("\"accepted\":1,\"duplicates\":3,");
        assertThat(post(JOBS, lines, NDJSON, "Idempotency-Key: import 9").body())
                .contains("\"accepted\":1,\"duplicates\":3,");
        assertThat(post(JOBS + "?key=a", "5", "Idempotency-Key: order-2").body())
                .contains("\"id\":\"order-2\"", "\"duplicate\":true");
        assertThat(jobs("WHATSAPP", 4)).extracting(job -> job.get("body")).containsExactly("1", "2", "4", "4", "4");
    }

    @Test
    void a_refusal_by_redis_stops_the_reading_and_a_repeat_completes_it() throws IOException {
        List<String> lines = IntStream.range(0, 2_000)
                .mapToObj(n -> "{\"key\":\"k" + n % 9 + "\",\"body\":\"" + n + "\"}")
                .toList();
        post(JOBS, lines.get(0), NDJSON, "Idempotency-Key: full");
        try (Resp resp = REDIS.server().connect()) {
            resp.call("CONFIG", "SET", "maxmemory", "1");
            RawHttp.Answer refused = post(JOBS, String.join("\n", lines), NDJSON, "Idempotency-Key: full");
            resp.call("CONFIG", "SET", "maxmemory", "0");

            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("Retry-After")).isNotEmpty();
            assertThat(JSON.readTree(refused.body()).get("refused")).hasSizeLessThanOrEqualTo(1_000);
        }

        JsonNode repeat = JSON.readTree(post(JOBS, String.join("\n", lines), NDJSON, "Idempotency-Key: full")
                .body());
        assertThat(repeat.get("refusedCount").intValue()).isZero();
        assertThat(jobs("WHATSAPP", 4))
                .hasSize(2_000)
                .extracting(job -> job.get("body"))
                .doesNotHaveDuplicates();
    }

    @Test
    void a_line_may_arrive_in_pieces_and_waits_for_its_end() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), http)) {
            socket.setTcpNoDelay(true);
            OutputStream out = socket.getOutputStream();
            out.write(("POST " + JOBS + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + NDJSON
                            + "\r\nTransfer-Encoding: chunked\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8));
            for (char c : "{\"key\":\"a\",\"body\":\"1\"}\n{\"key\":\"a\",\"body\":\"2\"}".toCharArray()) {
                out.write(("1\r\n" + c + "\r\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
            }
            out.write("0\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            assertThat(RawHttp.answer(socket.getInputStream()).body()).contains("\"accepted\":2");
        }
        assertThat(jobs("WHATSAPP", 4)).extracting(job -> job.get("body")).containsExactly("1", "2");
    }

    @Test
    void a_client_that_disconnects_is_not_a_fault_and_its_complete_lines_are_added() throws IOException {
        try (CapturedLog log = new CapturedLog()) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), http)) {
                socket.getOutputStream()
                        .write(("POST " + JOBS + " HTTP/1.1\r\nHost: localhost\r\n" + NDJSON
                                        + "\r\nContent-Length: 1000\r\n\r\n{\"key\":\"a\",\"body\":\"1\"}\n{\"key\":\"a\"")
                                .getBytes(StandardCharsets.UTF_8));
                await().until(() -> jobs("WHATSAPP", 4).size() == 1);
            }
            await().until(() -> context.getInflightRepository().size() == 0);
            assertThat(log.warnings()).isEmpty();
        }
        assertThat(jobs("WHATSAPP", 4)).extracting(job -> job.get("body")).containsExactly("1");
    }

    @Test
    void a_wrong_request_is_refused_with_a_problem() {
        assertThat(post("/queues/NONE/jobs", "{}", NDJSON).status()).isEqualTo(404);
        assertThat(post(JOBS + "?key=a", "{}", NDJSON).status()).isEqualTo(400);
        assertThat(post(JOBS, "{}", NDJSON, "Idempotency-Key: a", "Idempotency-Key: b")
                        .status())
                .isEqualTo(400);
        assertThat(get(http, JOBS, NDJSON).status()).isEqualTo(405);
        RawHttp.Answer tooLarge = post(JOBS, "\n".repeat(2_000_001), NDJSON);
        assertThat(tooLarge.status()).isEqualTo(413);
        assertThat(tooLarge.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(jobs("WHATSAPP", 4)).isEmpty();
    }

    @Test
    void any_other_content_type_is_one_job() {
        Stream.of("application/json", "text/plain", "application/x-ndjsonx")
                .forEach(type -> assertThat(post(JOBS + "?key=a", "{}\n{}", "Content-Type: " + type)
                                .status())
                        .isEqualTo(202));
        assertThat(jobs("WHATSAPP", 4)).hasSize(3);
    }
}
