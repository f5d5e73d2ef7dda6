package io.qbull.component;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.qbull.model.EnqueueException;
import io.qbull.model.KeyHash;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One queue for the original QBull and this one. The former's entries are made by {@code src/test/python/interop.py}. */
@Tag("redis")
class PythonInteropTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final int PARTITIONS = 4;
    private static final int ROUNDS = 10;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private final CamelContext context = new DefaultCamelContext();
    private final Map<String, List<Integer>> ran = new ConcurrentHashMap<>();
    private final Map<String, Message> byId = new ConcurrentHashMap<>();
    private Resp resp;

    /** An entry of the original. */
    private record Published(int partition, String json, JsonNode members) {
        String key() {
            return members.path("partition_id")
                    .asText(members.path("to").asText(members.path("job_id").asText()));
        }
    }

    @BeforeEach
    void start() throws Exception {
        resp = REDIS.resp();
        QbullComponent component = new QbullComponent();
        QbullConfiguration options = component.getConfiguration();
        options.setRedisUri(REDIS.server().uri());
        options.setPodId("p1");
        options.setPartitions(PARTITIONS);
        options.setKeyHash(KeyHash.QBULL_PYTHON);
        context.addComponent("qbull", component);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("qbull:ORDERS")
                        .routeId("orders")
                        .autoStartup(false)
                        .process(exchange -> run(exchange.getMessage()));
            }
        });
        context.start();
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    private void run(Message job) throws IOException {
        byId.put(job.getHeader(QbullConstants.JOB_ID, String.class), job.copy());
        ran.computeIfAbsent(job.getHeader(QbullConstants.KEY, String.class), key -> new CopyOnWriteArrayList<>())
                .add(JSON.readTree(job.getBody(byte[].class)).path("n").asInt());
    }

    private static List<Published> published() throws IOException {
        List<Published> all = new ArrayList<>();
        try (InputStream text = PythonInteropTest.class.getResourceAsStream("python-entries.txt")) {
            for (String line : new String(Objects.requireNonNull(text).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                String json = line.substring(2);
                all.add(new Published(Integer.parseInt(line.substring(0, 1)), json, JSON.readTree(json)));
            }
        }
        return all;
    }

    private Exchange send(String options, String key, String body) {
        return context.createProducerTemplate().request("qbull:ORDERS" + options, exchange -> {
            exchange.getMessage().setBody(body);
            exchange.getMessage().setHeader(QbullConstants.KEY, key);
        });
    }

    @Test
    void jobs_of_both_formats_run_in_the_order_of_their_key() throws Exception {
        List<Published> entries = published();
        List<String> ours = new ArrayList<>();
        for (Published entry : entries) {
            resp.call("XADD", "ORDERS:" + entry.partition(), "*", "job", entry.json());
            if (entry.members().has("n")) {
                int n = entry.members().path("n").asInt() + 1;
                Message answer = send(n % 4 == 1 ? "?format=qbull" : "", entry.key(), "{\"n\": " + n + "}")
                        .getMessage();
                assertThat(answer.getHeader(QbullConstants.PARTITION))
                        .as("partition of %s", entry.key())
                        .isEqualTo(entry.partition());
                ours.add(answer.getHeader(QbullConstants.JOB_ID, String.class));
            }
        }

        context.getRouteController().startRoute("orders");

        int all = entries.size() + ours.size();
        Awaitility.await().until(() -> byId.size() == all && backlog() == 0);
        List<Integer> inOrder = IntStream.range(0, 2 * ROUNDS).boxed().toList();
        for (Published entry : entries) {
            Message job = Objects.requireNonNull(
                    byId.get(entry.members().path("job_id").asText()));
            assertThat(job.getBody(String.class)).isEqualTo(entry.json());
            assertThat(job.getHeader(QbullConstants.KEY)).isEqualTo(entry.key());
            assertThat(job.getHeader(Exchange.CONTENT_TYPE)).isEqualTo("application/json");
            assertThat(ran.get(entry.key()))
                    .as("jobs of %s", entry.key())
                    .isEqualTo(entry.members().has("n") ? inOrder : List.of(0));
        }
        assertThat(byId).containsKeys(ours.toArray(new String[0]));
    }

    @Test
    void we_write_what_the_original_looks_for() throws Exception {
        Message answer = send("?format=qbull", "573205104418", "{\"cmd\": \"SEND_MESSAGE\", \"to\": \"573205104418\"}")
                .getMessage();

        String stream = "ORDERS:" + answer.getHeader(QbullConstants.PARTITION);
        List<?> fields =
                (List<?>) ((List<?>) resp.list("XRANGE", stream, "-", "+").get(0)).get(1);
        assertThat(fields).hasSize(2);
        assertThat(fields.get(0)).isEqualTo("job");
        JsonNode job = JSON.readTree((String) fields.get(1));
        assertThat(job.path("job_id").asText()).isEqualTo(answer.getHeader(QbullConstants.JOB_ID));
        assertThat(job.path("partition_id").asText()).isEqualTo("573205104418");
        assertThat(job.path("published_at").asText())
                .matches("20\\d\\d-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}\\+00:00");
        assertThat(job.path("cmd").asText()).isEqualTo("SEND_MESSAGE");
    }

    @Test
    void a_job_that_the_original_cannot_read_is_refused_and_not_added() {
        assertThat(send("?format=qbull", "k", "hello").getException(EnqueueException.class))
                .hasMessage("format=qbull: body must be a JSON object")
                .extracting(EnqueueException::kind)
                .isEqualTo(EnqueueException.Kind.INVALID);
        assertThat(send("?format=qbull&maxBodySize=20", "k", "{\"n\": 1}").getException(EnqueueException.class))
                .as("what is added counts")
                .hasMessageMatching("body \\(\\d+ bytes\\) must be at most maxBodySize \\(20 bytes\\)");
        assertThat(send("", "\uD83D", "hello").getException(EnqueueException.class))
                .hasMessage("key must be text that UTF-8 can carry: it has an unpaired surrogate");
        assertThat(backlog()).isZero();
    }

    private long backlog() {
        try (Resp own = REDIS.server().connect()) {
            return IntStream.range(0, PARTITIONS)
                    .mapToLong(p -> own.number("XLEN", "ORDERS:" + p))
                    .sum();
        }
    }
}
