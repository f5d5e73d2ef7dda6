package io.qbull.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.qbull.component.QbullComponent;
import io.qbull.component.QbullConfiguration;
import io.qbull.component.QbullConstants;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.LocalHttp;
import io.qbull.testing.Ports;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A receiver over HTTP that is away for a while, then comes up slowly, as in a deploy: no job is buried and none overtakes another,
 * although one attempt is all that a job has.
 */
class ReceiverAwayIT {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final int PARTITIONS = 16;
    private static final int KEYS = 60;
    private static final int JOBS = 5;
    private static final int NOT_YET = 100;
    private static final String OPTIONS = "?maxAttempts=1&backoff=20ms&maxBackoff=100ms";

    private final int port = Ports.free();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<CamelContext> pods = new ArrayList<>();
    private final AtomicInteger calls = new AtomicInteger();
    private final Map<String, List<String>> received = new ConcurrentHashMap<>();
    private final Resp resp = REDIS.server().connect();

    @AfterEach
    void stopAll() {
        pods.forEach(CamelContext::stop);
        threads.shutdownNow();
        resp.close();
    }

    @Test
    void no_job_is_buried_and_none_overtakes_another() throws Exception {
        CamelContext first = pod("p1");
        pod("p2");
        ProducerTemplate producer = first.createProducerTemplate();
        try (CapturedLog log = new CapturedLog()) {
            for (int job = 0; job < JOBS; job++) {
                for (int key = 0; key < KEYS; key++) {
                    producer.sendBodyAndHeader("qbull:ORDERS", "job " + job, QbullConstants.KEY, "k" + key);
                }
            }
            awaitUnburied(() -> sum("HLEN", "{ORDERS:%d}:held") == KEYS);
            awaitUnburied(() -> attempts() > 5 * KEYS);
            HttpServer receiver = LocalHttp.serve(port, "/orders", threads, this::answer);
            try {
                awaitUnburied(() -> sum("XLEN", "ORDERS:%d") + sum("HLEN", "{ORDERS:%d}:held") == 0);
            } finally {
                receiver.stop(0);
            }
            assertThat(log.seen("Connection refused")).as("lines of two pods").hasSizeLessThanOrEqualTo(2);
        }

        assertThat(sum("XLEN", "{ORDERS:%d}:dead")).isZero();
        assertThat(received).hasSize(KEYS);
        List<String> inOrder =
                IntStream.range(0, JOBS).mapToObj(job -> "job " + job).toList();
        assertThat(received.values()).allSatisfy(jobs -> assertThat(jobs).isEqualTo(inOrder));
    }

    private CamelContext pod(String name) throws Exception {
        CamelContext context = new DefaultCamelContext();
        pods.add(context);
        QbullComponent qbull = new QbullComponent();
        QbullConfiguration options = qbull.getConfiguration();
        options.setRedisUri(REDIS.server().uri());
        options.setPodId(name);
        options.setPartitions(PARTITIONS);
        options.setPartitionsPerPod(Integer.toString(PARTITIONS / 2));
        options.setLeaseTtl(Duration.ofSeconds(1));
        context.addComponent("qbull", qbull);
        HttpComponent http = new HttpComponent();
        http.setAutomaticRetriesDisabled(true);
        context.addComponent("http", http);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("qbull:ORDERS" + OPTIONS)
                        .setHeader("X-Key", header(QbullConstants.KEY))
                        .to("http://127.0.0.1:" + port + "/orders?httpMethod=POST");
            }
        });
        context.start();
        return context;
    }

    /** At first "not yet", some of it with a time; then it takes jobs. */
    private void answer(HttpExchange call) throws IOException {
        String key = call.getRequestHeaders().getFirst("X-Key");
        String body = new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        int number = calls.incrementAndGet();
        int status = 204;
        if (number <= NOT_YET) {
            status = number % 2 == 0 ? 503 : 429;
            if (number % 3 == 0) {
                call.getResponseHeaders().set("Retry-After", "1");
            }
        } else {
            received.computeIfAbsent(key, any -> new CopyOnWriteArrayList<>()).add(body);
        }
        call.sendResponseHeaders(status, -1);
        call.close();
    }

    /** Failed runs of the first jobs of all keys. */
    private int attempts() {
        return IntStream.range(0, PARTITIONS)
                .mapToObj(p -> resp.list("HVALS", "{ORDERS:%d}:attempts".formatted(p)))
                .flatMap(List::stream)
                .mapToInt(each -> Integer.parseInt(each.toString().split("[: ]", -1)[0]))
                .sum();
    }

    private long sum(String command, String key) {
        return IntStream.range(0, PARTITIONS)
                .mapToLong(p -> resp.number(command, key.formatted(p)))
                .sum();
    }

    /** Fails at the first job that is buried, for which a condition would wait in vain. */
    private void awaitUnburied(BooleanSupplier condition) {
        await().until(() -> {
            assertThat(sum("XLEN", "{ORDERS:%d}:dead")).as("buried jobs").isZero();
            return condition.getAsBoolean();
        });
    }
}
