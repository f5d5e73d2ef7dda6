package io.qbull.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.testing.CapturedLog;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How long a job is tried again, with one partition on a real server. */
@Tag("redis")
class RetryBudgetTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final String ATTEMPTS = "{ORDERS:0}:attempts";
    private static final String HELD = "{ORDERS:0}:held";

    private final List<CamelContext> contexts = new ArrayList<>();
    private final List<String> ran = new CopyOnWriteArrayList<>();
    private final Resp resp = REDIS.server().connect();

    @AfterEach
    void stopAll() {
        contexts.forEach(CamelContext::stop);
        resp.close();
    }

    @Test
    void a_receiver_that_is_away_uses_no_attempt_up_and_its_key_keeps_its_order() throws Exception {
        CamelContext pod = pod("maxAttempts=1", exchange -> {
            if (attempt(exchange) < 5) {
                throw new ConnectException("Connect to http://127.0.0.1:21090 failed: Connection refused");
            }
        });
        send(pod, "k", "first");
        send(pod, "k", "second");

        awaitUnburied(() -> resp.number("XLEN", "ORDERS:0") == 0 && resp.number("HLEN", HELD) == 0);
        assertThat(ran)
                .containsExactly(
                        "first1", "first2", "first3", "first4", "first5", "second1", "second2", "second3", "second4",
                        "second5");
        assertThat(dead()).isZero();
        assertThat(resp.number("HLEN", ATTEMPTS)).isZero();
    }

    @Test
    void the_time_of_the_first_failure_is_known_to_the_next_owner_and_ends_the_patience() throws Exception {
        Processor away = exchange -> {
            throw new IOException("away");
        };
        CamelContext first = pod("maxAttempts=1&retryFor=1h", away);
        send(first, "k", "x");
        awaitUnburied(() -> ran.size() > 3);
        first.stop();
        assertThat(dead()).isZero();
        List<?> known = resp.list("HVALS", ATTEMPTS);
        assertThat(known).hasSize(1);
        assertThat(known.get(0).toString()).matches("\\d+:0:\\d{13} 0 0 \\d+");
        await().until(() -> resp.number("EVAL", "return redis.call('TIME')[1] * 1000", "0")
                > Long.parseLong(known.get(0).toString().split("[: ]", -1)[2]) + 1000);

        pod("maxAttempts=1&retryFor=1s", away);

        await().until(() -> dead() == 1);
        assertThat(resp.list("XRANGE", "{ORDERS:0}:dead", "-", "+").toString())
                .contains("reason, IOException: away", "attempts, " + ran.size());
    }

    @Test
    void a_status_that_never_changes_buries_the_job_at_once_although_its_key_would_be_held() throws Exception {
        try (CapturedLog log = new CapturedLog()) {
            CamelContext pod = pod("whenExhausted=hold-key", exchange -> {
                if (text(exchange).startsWith("bad")) {
                    throw answer(404, Map.of());
                }
            });
            send(pod, "k", "bad");
            send(pod, "k", "good");

            await().until(() -> ran.contains("good1"));
            await().until(() -> dead() == 1);
            assertThat(ran).containsExactly("bad1", "good1");
            assertThat(log.seen("buried at once: HttpOperationFailedException")).hasSize(1);
        }
    }

    @Test
    void a_wait_that_the_receiver_names_is_kept_and_holds_only_its_key() throws Exception {
        CamelContext pod = pod("maxAttempts=1", exchange -> {
            switch (text(exchange)) {
                case "answer" -> throw answer(429, Map.of("Retry-After", "3600"));
                case "header" -> {
                    exchange.getMessage().setHeader(QbullConstants.RETRY_AFTER, Duration.ofHours(2));
                    throw new IllegalStateException("come back later");
                }
                default -> {}
            }
        });
        send(pod, "a", "answer");
        send(pod, "b", "header");
        send(pod, "a", "behind");
        send(pod, "c", "other");

        awaitUnburied(() -> ran.contains("other1") && resp.number("HLEN", HELD) == 2);
        assertThat(ran).containsExactly("answer1", "header1", "other1");
        assertThat(dueIn("a")).isBetween(Duration.ofMinutes(59), Duration.ofMinutes(60));
        assertThat(dueIn("b")).isBetween(Duration.ofMinutes(119), Duration.ofMinutes(120));
        assertThat(resp.list("HVALS", ATTEMPTS))
                .allMatch(each -> each.toString().startsWith("1:0:"));
    }

    @Test
    void without_a_limit_a_job_is_never_given_up() throws Exception {
        CamelContext pod = pod("maxAttempts=0&retryFor=0", exchange -> {
            if (attempt(exchange) < 20) {
                throw new IllegalStateException("not yet");
            }
        });
        send(pod, "k", "x");

        awaitUnburied(() -> ran.contains("x20"));
        assertThat(dead()).isZero();
    }

    @Test
    void many_keys_that_retry_for_one_cause_are_one_line() throws Exception {
        try (CapturedLog log = new CapturedLog()) {
            CamelContext pod = pod("", exchange -> {
                if (attempt(exchange) < 4) {
                    throw new ConnectException("Connect to http://127.0.0.1:21090 failed: Connection refused");
                }
            });
            IntStream.range(0, 50).forEach(n -> send(pod, "k" + n, "x"));

            await().until(() -> ran.stream().filter("x4"::equals).count() == 50);
            assertThat(log.seen("Connection refused")).hasSize(1);
            assertThat(log.seen("ConnectException")).hasSizeLessThanOrEqualTo(2);
        }
    }

    private CamelContext pod(String options, Processor work) throws Exception {
        CamelContext context = new DefaultCamelContext();
        contexts.add(context);
        QbullComponent component = new QbullComponent();
        QbullConfiguration defaults = component.getConfiguration();
        defaults.setRedisUri(REDIS.server().uri());
        defaults.setPartitions(1);
        defaults.setLeaseTtl(Duration.ofSeconds(1));
        defaults.setBackoff(Duration.ofMillis(5));
        defaults.setMaxBackoff(Duration.ofMillis(20));
        context.addComponent("qbull", component);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("qbull:ORDERS?" + options)
                        .process(exchange -> ran.add(text(exchange) + attempt(exchange)))
                        .process(work);
            }
        });
        context.start();
        return context;
    }

    private static void send(CamelContext pod, String key, String body) {
        pod.createProducerTemplate().sendBodyAndHeader("qbull:ORDERS", body, QbullConstants.KEY, key);
    }

    private static String text(Exchange exchange) {
        return exchange.getMessage().getBody(String.class);
    }

    private static int attempt(Exchange exchange) {
        return exchange.getMessage().getHeader(QbullConstants.ATTEMPT, Integer.class);
    }

    private static HttpOperationFailedException answer(int status, Map<String, String> headers) {
        return new HttpOperationFailedException("http://127.0.0.1:1/", status, "", null, headers, "");
    }

    /** Fails at the first job that is given up, for which a condition would wait in vain. */
    private void awaitUnburied(BooleanSupplier condition) {
        await().until(() -> {
            assertThat(dead()).as("jobs that were given up").isZero();
            return condition.getAsBoolean();
        });
    }

    private long dead() {
        return resp.number("XLEN", "{ORDERS:0}:dead");
    }

    private Duration dueIn(String key) {
        String[] held = resp.text("HGET", HELD, key).split(" ", -1);
        return Duration.ofMillis(Long.parseLong(held[0]) - Long.parseLong(held[2]));
    }
}
