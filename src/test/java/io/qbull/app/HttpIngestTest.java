package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.qbull.component.QbullConstants;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.QueueName;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.builder.AdviceWith;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** The route {@code ingest-http} as it is shipped. */
class HttpIngestTest extends AppTestSupport {
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
        return "ingest-http.camel.yaml";
    }

    @Override
    Map<String, String> settings() {
        return Map.of(
                "qbull.queues", "WHATSAPP,OTHER,SMALL,LARGE",
                "qbull.partitions", "4",
                "qbull.httpHeaders", "X-Tenant",
                "qbull.queue.SMALL.maxBodySize", "10",
                "qbull.queue.SMALL.maxKeyLength", "3",
                "qbull.queue.LARGE.maxBodySize", "2000000",
                "qbull.queue.LARGE.maxKeyLength", "5000");
    }

    @Test
    void a_job_is_answered_with_its_place_once_redis_has_it() throws IOException {
        RawHttp.Answer answer =
                post(JOBS + "?key=573205104418", "hello", "Content-Type: application/x-www-form-urlencoded");

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        JsonNode json = JSON.readTree(answer.body());
        assertThat(json.fieldNames()).toIterable().containsExactly("id", "queue", "partition", "duplicate");
        assertThat(json.get("queue").asText()).isEqualTo("WHATSAPP");
        assertThat(json.get("partition").intValue()).isEqualTo(partition("573205104418"));
        assertThat(json.get("duplicate").booleanValue()).isFalse();
        assertThat(jobs("WHATSAPP", 4))
                .singleElement()
                .satisfies(job -> assertThat(job)
                        .containsEntry("partition", json.get("partition").asText())
                        .containsEntry("id", json.get("id").asText())
                        .containsEntry("key", "573205104418")
                        .containsEntry("body", "hello")
                        .containsEntry("ct", "application/x-www-form-urlencoded"));
    }

    @Test
    void any_body_arrives_unchanged_whatever_its_content_type() {
        byte[] binary = new byte[70_000];
        new Random(7).nextBytes(binary);
        List<byte[]> bodies =
                List.of("a+b&c=%41 %zz ü 🐂".getBytes(StandardCharsets.UTF_8), new byte[0], binary, new byte[1 << 20]);
        for (String type : List.of(
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "application/json",
                "application/octet-stream",
                "text/plain; charset=utf-16")) {
            for (byte[] body : bodies) {
                RawHttp.Answer answer =
                        RawHttp.send(http, "POST " + JOBS + "?key=k", List.of("Content-Type: " + type), body);

                assertThat(answer.status()).isEqualTo(202);
                assertThat(takeOnlyJob().getBytes(StandardCharsets.ISO_8859_1))
                        .as(type)
                        .isEqualTo(body);
            }
        }
        assertThat(RawHttp.send(http, "POST " + JOBS + "?key=k", List.of(), "no type".getBytes(StandardCharsets.UTF_8))
                        .status())
                .isEqualTo(202);
        assertThat(takeOnlyJob()).isEqualTo("no type");
    }

    @Test
    void only_path_and_query_choose_queue_key_and_partition() throws IOException {
        String form = "key=evil&queue=OTHER&CamelQbullPartition=3&CamelQbullKey=evil";
        RawHttp.Answer answer = post(
                JOBS + "?key=mine",
                form,
                "key: evil",
                "queue: OTHER",
                "CamelQbullKey: evil",
                "cAmElQbullKey: evil",
                "CamelQbullQueue: OTHER",
                "CamelQbullPartition: " + (partition("mine") + 1) % 4,
                "camelqbulljobid: evil",
                "CamelHttpPath: /queues/OTHER/jobs",
                "CamelHttpQuery: key=evil",
                "CamelHttpResponseCode: 500",
                "Content-Type: application/x-www-form-urlencoded");

        assertThat(answer.status()).isEqualTo(202);
        assertThat(JSON.readTree(answer.body()).get("partition").intValue()).isEqualTo(partition("mine"));
        assertThat(jobs("OTHER", 4)).isEmpty();
        assertThat(jobs("WHATSAPP", 4))
                .singleElement()
                .satisfies(job -> assertThat(job)
                        .containsEntry("key", "mine")
                        .containsEntry("body", form)
                        .satisfies(fields -> assertThat(fields.get("id")).isNotEqualTo("evil")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"queue=OTHER", "CamelQbullQueue=OTHER", "CamelQbullKey=evil", "partition=3", "dealy=10m"})
    void a_query_parameter_that_is_not_known_is_refused(String parameter) throws IOException {
        refused(post(JOBS + "?key=mine&" + parameter, "x"), 400, "There is no query parameter");

        assertThat(jobs("WHATSAPP", 4)).isEmpty();
    }

    @Test
    void only_listed_headers_are_kept_and_none_is_returned() {
        RawHttp.Answer answer = post(
                JOBS + "?key=k",
                "x",
                "Authorization: Bearer s3cret-auth",
                "Cookie: s3cret-cookie",
                "X-Tenant: acme",
                "X-Other: s3cret-other",
                "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "tracestate: a=b");

        assertThat(answer.head()).doesNotContain("s3cret", "acme", "traceparent", "X-");
        assertThat(jobs("WHATSAPP", 4))
                .singleElement()
                .satisfies(job -> assertThat(job.get("h"))
                        .contains("acme", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "a=b")
                        .doesNotContain("s3cret"));
        try (Resp resp = redis().server().connect()) {
            Object keys = resp.call("KEYS", "*");
            assertThat(String.valueOf(keys)).doesNotContain("s3cret");
        }
    }

    @Test
    void an_idempotency_key_is_the_id_and_adds_one_job() {
        RawHttp.Answer first = post(JOBS + "?key=k", "x", "Idempotency-Key: order-1");
        RawHttp.Answer second = post(JOBS + "?key=k", "x", "Idempotency-Key: order-1");

        assertThat(first.body()).contains("\"id\":\"order-1\"", "\"duplicate\":false");
        assertThat(second.status()).isEqualTo(202);
        assertThat(second.body()).contains("\"id\":\"order-1\"", "\"duplicate\":true");
        assertThat(jobs("WHATSAPP", 4)).hasSize(1);
    }

    @Test
    void a_wrong_request_is_refused_with_a_problem() throws IOException {
        refused(post(JOBS, "x"), 400, "key is missing");
        refused(post(JOBS + "?key=", "x"), 400, "1 to 512 bytes");
        refused(post(JOBS + "?key=" + "k".repeat(513), "x"), 400, "1 to 512 bytes");
        refused(post(JOBS + "?key=a&key=b", "x"), 400, "more than one key");
        refused(post(JOBS + "?key=%zz", "x"), 400, "");
        refused(post(JOBS + "?key=%ff", "x"), 400, "UTF-8");
        refused(post(JOBS + "?key=k", "x", "Idempotency-Key: " + "i".repeat(257)), 400, "Idempotency-Key");
        refused(post(JOBS + "?key=k", "x", "Idempotency-Key: a", "Idempotency-Key: b"), 400, "Idempotency-Key");
        refused(post("/queues/NOPE/jobs?key=k", "x"), 404, "no such queue");
        refused(post("/queues/whatsapp/jobs?key=k", "x"), 404, "no such queue");
        refused(post("/queues/WHATSAPP/nothing?key=k", "x"), 404, "nothing at this path");
        refused(post("/", "x"), 404, "nothing at this path");
        RawHttp.Answer method = get(http, JOBS + "?key=k");
        refused(method, 405, "POST");
        assertThat(method.header("Allow")).isEqualTo("POST");
        refused(
                RawHttp.send(http, "POST " + JOBS + "?key=k", List.of(), new byte[(1 << 20) + 1]),
                413,
                "more than 1048576 bytes");
        assertThat(jobs("WHATSAPP", 4)).isEmpty();
        try (Resp resp = redis().server().connect()) {
            assertThat(String.valueOf(resp.call("KEYS", "*"))).doesNotContain("NOPE");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain; charset=nonsense",
                "text/plain;charset=",
                "text/plain; x=\"a;b\"; CHARSET=\"utf 8\"",
                "application/json; charset=utf-8; charset=klingon"
            })
    void an_unknown_charset_is_refused(String type) throws IOException {
        refused(post(JOBS + "?key=k", "x", "Content-Type: " + type), 415, "The charset in Content-Type is not known");

        assertThat(jobs("WHATSAPP", 4)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain; charset=latin1",
                "text/plain;charset=\"utf-8\"",
                "text/plain; x=\";charset=no\"",
                ";"
            })
    void a_known_charset_is_kept_and_so_is_what_is_no_charset(String type) {
        assertThat(post(JOBS + "?key=k", "x", "Content-Type: " + type).status()).isEqualTo(202);

        assertThat(jobs("WHATSAPP", 4))
                .singleElement()
                .satisfies(job -> assertThat(job).containsEntry("ct", type));
    }

    @Test
    void a_refused_request_is_one_line_at_debug_with_queue_and_reason() {
        Logger logger = (Logger) LoggerFactory.getLogger("io.qbull.ingest.http.RefusalLog");
        Level before = logger.getLevel();
        logger.setLevel(Level.DEBUG);
        try (CapturedLog log = new CapturedLog()) {
            post(JOBS, "x");
            post(JOBS + "?key=k&delay=soon", "x");
            post(JOBS + "?key=k", "x", "Content-Type: text/plain; charset=nonsense");
            post("/queues/SMALL/jobs?key=k", "12345678901");
            post("/queues/NONE/jobs?key=k", "x");

            await().untilAsserted(() -> assertThat(log.lines("a request is refused"))
                    .satisfiesExactly(
                            line -> assertThat(line)
                                    .startsWith("queue=WHATSAPP a request is refused: 400 The query parameter key"),
                            line -> assertThat(line)
                                    .startsWith("queue=WHATSAPP a request is refused: 400 The query parameter delay"),
                            line -> assertThat(line).startsWith("queue=WHATSAPP a request is refused: 415 The charset"),
                            line -> assertThat(line).startsWith("queue=SMALL a request is refused: 413 The body has"),
                            line -> assertThat(line).startsWith("queue=NONE a request is refused: 404")));
            assertThat(log.seen("")).isEmpty();
        } finally {
            logger.setLevel(before);
        }
    }

    @Test
    void a_raw_plus_at_the_start_of_a_key_is_refused_and_an_encoded_one_is_kept() {
        assertThat(post(JOBS + "?key=+573205104418", "x").status()).isEqualTo(400);
        assertThat(post(JOBS + "?key=%2B573205104418", "x").status()).isEqualTo(202);
        assertThat(jobs("WHATSAPP", 4))
                .singleElement()
                .satisfies(job -> assertThat(job).containsEntry("key", "+573205104418"));
    }

    @Test
    void a_body_without_content_length_is_bounded_too() throws IOException {
        byte[] chunk = new byte[64 << 10];
        try (ChunkedPost post = new ChunkedPost(http, JOBS + "?key=k")) {
            for (int i = 0; i < 17; i++) {
                post.send(chunk);
            }
            post.end();

            refused(post.answer(), 413, "more than");
        }
        assertThat(jobs("WHATSAPP", 4)).isEmpty();
    }

    @Test
    void the_route_knows_the_partition_before_the_queue_answers() throws Exception {
        List<Object> seen = new CopyOnWriteArrayList<>();
        AdviceWith.adviceWith(
                context,
                "ingest-http",
                route -> route.weaveById("ingest-http-enqueue")
                        .before()
                        .process(exchange -> seen.add(exchange.getMessage().getHeader(QbullConstants.PARTITION))));

        assertThat(post(JOBS + "?key=573205104418", "x", "CamelQbullPartition: 7")
                        .status())
                .isEqualTo(202);

        assertThat(seen).containsExactly(partition("573205104418"));
    }

    @Test
    void a_queue_can_have_its_own_limits() throws IOException {
        assertThat(post("/queues/SMALL/jobs?key=abc", "0123456789").status()).isEqualTo(202);
        refused(post("/queues/SMALL/jobs?key=abc", "0123456789a"), 413, "more than 10 bytes");
        refused(post("/queues/SMALL/jobs?key=abcd", "x"), 400, "1 to 3 bytes");

        assertThat(post("/queues/LARGE/jobs?key=k", "x".repeat(2_000_000)).status())
                .isEqualTo(202);
        refused(post("/queues/LARGE/jobs?key=k", "x".repeat(2_000_001)), 413, "more than 2000000 bytes");
        assertThat(post("/queues/LARGE/jobs?key=" + "%C3%BC".repeat(2500), "x").status())
                .isEqualTo(202);
        refused(post("/queues/LARGE/jobs?key=" + "k".repeat(5001), "x"), 400, "1 to 5000 bytes");
        assertThat(jobs("SMALL", 4)).hasSize(1);
        assertThat(jobs("LARGE", 4)).hasSize(2);
    }

    @Test
    void a_request_that_cannot_be_parsed_is_refused_with_a_problem() throws IOException {
        for (int port : List.of(http, management)) {
            refused(unparsed(port, "GET /" + "x".repeat(20_000) + " HTTP/1.1\r\n\r\n"), 414, "too long");
            refused(unparsed(port, "GET / HTTP/1.1\r\nX: " + "x".repeat(9_000) + "\r\n\r\n"), 431, "too large");
            refused(unparsed(port, "GET  HTTP/1.1\r\n\r\n"), 400, "cannot be read");
            refused(unparsed(port, "nonsense\r\n\r\n"), 400, "cannot be read");
            refused(unparsed(port, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n"), 400, "cannot be read");
        }
    }

    private static RawHttp.Answer unparsed(int port, String text) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            socket.shutdownOutput();
            return RawHttp.answer(socket.getInputStream());
        }
    }

    private static void refused(RawHttp.Answer answer, int status, String reason) throws IOException {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        JsonNode json = JSON.readTree(answer.body());
        assertThat(json.get("status").intValue()).isEqualTo(status);
        assertThat(json.get("title").asText()).isNotBlank();
        assertThat(json.get("detail").asText()).contains(reason).doesNotContain("Exception");
    }

    private String takeOnlyJob() {
        Map<String, String> job = jobs("WHATSAPP", 4).get(0);
        try (Resp resp = redis().server().connect()) {
            resp.call("XTRIM", "WHATSAPP:" + job.get("partition"), "MAXLEN", "0");
        }
        return job.getOrDefault("body", "");
    }

    private static int partition(String key) {
        return new Layout(1, 4)
                .partitionOf(new QueueName("WHATSAPP"), KeyHash.XXH64, key)
                .index();
    }
}
