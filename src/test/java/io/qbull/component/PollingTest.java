package io.qbull.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.qbull.component.node.SharedNode;
import io.qbull.testing.Patience;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.ConsumerTemplate;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs that are polled, on a real server: {@code pollEnrich}, {@code poll} and {@link ConsumerTemplate}. */
@Tag("redis")
class PollingTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final int PARTITIONS = 2;
    private static final long LIMIT = Patience.LIMIT.toMillis();

    private final List<CamelContext> contexts = new ArrayList<>();
    private final List<String> ran = new CopyOnWriteArrayList<>();
    private final CountDownLatch gate = new CountDownLatch(1);

    @AfterEach
    void stopAll() {
        gate.countDown();
        contexts.forEach(CamelContext::stop);
    }

    /** Has the route {@code direct:pollEnrich} and {@code direct:poll}, which poll a job, note it, wait at the gate, and fail if it says so. */
    private CamelContext pod(String name) throws Exception {
        CamelContext context = new DefaultCamelContext();
        contexts.add(context);
        QbullComponent component = new QbullComponent();
        QbullConfiguration options = component.getConfiguration();
        options.setRedisUri(REDIS.server().uri());
        options.setPodId(name);
        options.setPartitions(PARTITIONS);
        options.setLeaseTtl(Duration.ofSeconds(1));
        options.setBackoff(Duration.ofMillis(20));
        options.setMaxAttempts(2);
        context.addComponent("qbull", component);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("direct:pollEnrich").pollEnrich("qbull:ORDERS", LIMIT).process(PollingTest.this::work);
                from("direct:poll").poll("qbull:ORDERS", LIMIT).process(PollingTest.this::work);
                from("direct:nothing").pollEnrich("qbull:EMPTY", 0).to("mock:nothing");
                from("direct:parts")
                        .pollEnrich("qbull:ORDERS", LIMIT)
                        .split(constant(List.of("a", "b", "c")))
                        .to("qbull:PARTS");
            }
        });
        context.start();
        return context;
    }

    private void work(Exchange exchange) throws InterruptedException {
        ran.add(run(exchange));
        if (run(exchange).startsWith("wait")) {
            gate.await();
        }
        if (run(exchange).startsWith("bad")) {
            throw new IllegalStateException("boom");
        }
    }

    /** Body and attempt. */
    private static String run(Exchange exchange) {
        return exchange.getMessage().getBody(String.class)
                + exchange.getMessage().getHeader(QbullConstants.ATTEMPT);
    }

    private static void send(CamelContext context, String key, String body) {
        ProducerTemplate template = context.createProducerTemplate();
        template.sendBodyAndHeader("qbull:ORDERS", body, QbullConstants.KEY, key);
    }

    private static long inAll(String pattern) {
        try (Resp resp = REDIS.server().connect()) {
            return IntStream.range(0, PARTITIONS)
                    .mapToLong(p -> resp.number("XLEN", pattern.formatted(p)))
                    .sum();
        }
    }

    private static long undone() {
        try (Resp resp = REDIS.server().connect()) {
            return IntStream.range(0, PARTITIONS)
                    .mapToLong(p ->
                            resp.number("XLEN", "ORDERS:" + p) + resp.number("HLEN", "{ORDERS:%d}:held".formatted(p)))
                    .sum();
        }
    }

    private static long dead() {
        return inAll("{ORDERS:%d}:dead");
    }

    private static @Nullable SharedNode node(CamelContext context) {
        return context.getComponent("qbull", QbullComponent.class).openNodes().stream()
                .filter(node -> node.key().queue().value().equals("ORDERS"))
                .findFirst()
                .orElse(null);
    }

    private static String standstill(CamelContext context) {
        SharedNode node = node(context);
        return node == null ? "" : node.node().status().standstill();
    }

    private static boolean hasTaken(CamelContext context) {
        SharedNode node = node(context);
        return node != null && !node.node().status().inFlight().isEmpty();
    }

    private static Exchange receive(ConsumerTemplate template) {
        Exchange received = template.receive("qbull:ORDERS", LIMIT);
        assertThat(received).isNotNull();
        return received;
    }

    @ParameterizedTest
    @ValueSource(strings = {"direct:pollEnrich", "direct:poll"})
    void a_job_ends_with_the_exchange_that_polled_it_and_runs_once(String route) throws Exception {
        CamelContext pod = pod("p1");
        send(pod, "k", "wait");
        CompletableFuture<Exchange> polled = pod.createProducerTemplate().asyncSend(route, exchange -> {});
        await().until(() -> !ran.isEmpty());
        assertThat(undone()).isOne();

        gate.countDown();

        assertThat(polled).succeedsWithin(Patience.LIMIT);
        await().until(() -> undone() == 0);
        assertThat(ran).containsExactly("wait1");
        assertThat(dead()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"direct:pollEnrich", "direct:poll"})
    void a_job_whose_polling_exchange_fails_is_retried_and_then_given_up(String route) throws Exception {
        CamelContext pod = pod("p1");
        send(pod, "k", "bad");
        ProducerTemplate template = pod.createProducerTemplate();
        assertThat(template.send(route, exchange -> {}).getException()).hasMessage("boom");
        assertThat(dead()).isZero();
        assertThat(template.send(route, exchange -> {}).getException()).hasMessage("boom");

        await().until(() -> dead() == 1);
        assertThat(ran).containsExactly("bad1", "bad2");
        // The key of a held job that was buried is free a moment later.
        await().until(() -> undone() == 0);
    }

    @Test
    void a_template_that_receives_a_body_ends_the_job_at_once() throws Exception {
        CamelContext pod = pod("p1");
        ConsumerTemplate template = pod.createConsumerTemplate();
        for (int n = 0; n < 3; n++) {
            send(pod, "k", "b" + n);
        }
        assertThat(List.of(
                        template.receiveBody("qbull:ORDERS", String.class),
                        template.receiveBody("qbull:ORDERS", LIMIT, String.class),
                        template.receiveBody("qbull:ORDERS", LIMIT, String.class)))
                .containsExactly("b0", "b1", "b2");
        await().until(() -> undone() == 0);
        assertThat(template.receiveBodyNoWait("qbull:ORDERS")).isNull();
        assertThat(dead()).isZero();
    }

    @Test
    void an_exchange_that_a_template_receives_ends_its_job_when_it_is_said_to_be_done() throws Exception {
        CamelContext pod = pod("p1");
        ConsumerTemplate template = pod.createConsumerTemplate();
        send(pod, "k", "first");
        send(pod, "k", "second");
        Exchange first = receive(template);
        assertThat(template.receive("qbull:ORDERS", 300)).as("the key waits").isNull();
        assertThat(undone()).isEqualTo(2);

        template.doneUoW(first);
        Exchange second = receive(template);
        second.setException(new IllegalStateException("boom"));
        template.doneUoW(second);

        Exchange again = receive(template);
        assertThat(List.of(run(first), run(second), run(again))).containsExactly("first1", "second1", "second2");
        template.doneUoW(again);
        await().until(() -> undone() == 0);
    }

    @Test
    void threads_that_poll_at_once_share_a_queue_and_keep_the_order_of_its_keys() throws Exception {
        CamelContext pod = pod("p1");
        for (int n = 0; n < 40; n++) {
            send(pod, "k" + n % 5, "b" + n);
        }
        // Two caches of consumers on one queue.
        List<ConsumerTemplate> templates = List.of(pod.createConsumerTemplate(), pod.createConsumerTemplate());
        List<CompletableFuture<Void>> threads = IntStream.range(0, 4)
                .mapToObj(n -> CompletableFuture.runAsync(() -> {
                    ConsumerTemplate template = templates.get(n % 2);
                    while (ran.size() < 40) {
                        Exchange exchange = template.receive("qbull:ORDERS", 100);
                        if (exchange != null) {
                            ran.add(exchange.getMessage().getBody(String.class));
                            template.doneUoW(exchange);
                        }
                    }
                }))
                .toList();
        threads.forEach(thread -> assertThat(thread).succeedsWithin(Patience.LIMIT));

        for (int key = 0; key < 5; key++) {
            int of = key;
            assertThat(ran)
                    .filteredOn(body -> Integer.parseInt(body.substring(1)) % 5 == of)
                    .isEqualTo(IntStream.range(0, 8)
                            .mapToObj(n -> "b" + (n * 5 + of))
                            .toList());
        }
        await().until(() -> undone() == 0);
    }

    @Test
    void the_time_of_a_job_counts_from_its_poll() throws Exception {
        CamelContext pod = pod("p1");
        ConsumerTemplate template = pod.createConsumerTemplate();
        String uri = "qbull:ORDERS?jobTimeout=500ms&stallAfter=1s";
        assertThat(template.receiveNoWait(uri)).isNull();
        send(pod, "k", "slow");

        await().until(() -> standstill(pod).contains(" waits for somebody to poll it"));
        Exchange first = template.receive(uri, LIMIT);
        assertThat(run(first)).isEqualTo("slow1");

        // Not ended in time: it runs again, and its late end is ignored.
        Exchange second = template.receive(uri, LIMIT);
        assertThat(run(second)).isEqualTo("slow2");
        template.doneUoW(first);
        assertThat(undone()).isOne();
        template.doneUoW(second);
        await().until(() -> undone() == 0);
        assertThat(dead()).isZero();
    }

    @Test
    void a_job_that_was_polled_and_not_ended_is_a_job_that_runs() throws Exception {
        CamelContext pod = pod("p1");
        ConsumerTemplate template = pod.createConsumerTemplate();
        send(pod, "k", "x");
        Exchange polled = template.receive("qbull:ORDERS?stallAfter=1s", LIMIT);

        await().until(() -> standstill(pod).contains(" has been running for "));
        template.doneUoW(polled);
        await().until(() -> standstill(pod).isEmpty());
    }

    @Test
    void a_poll_that_finds_nothing_goes_on_without_a_body() throws Exception {
        CamelContext pod = pod("p1");
        assertThat(pod.createProducerTemplate().requestBody("direct:nothing", "x"))
                .isNull();
    }

    @Test
    void the_parts_of_a_polled_job_are_jobs_of_their_own() throws Exception {
        CamelContext pod = pod("p1");
        send(pod, "k", "x");
        assertThat(pod.createProducerTemplate()
                        .send("direct:parts", exchange -> {})
                        .getException())
                .isNull();
        assertThat(inAll("PARTS:%d")).isEqualTo(3);
    }

    @Test
    void jobs_that_nobody_has_polled_go_to_other_pods_at_once_when_a_template_stops() throws Exception {
        CamelContext p1 = pod("p1");
        ConsumerTemplate first = p1.createConsumerTemplate();
        assertThat(first.receiveNoWait("qbull:ORDERS")).isNull();
        send(p1, "k", "x");
        await().until(() -> hasTaken(p1));
        CamelContext p2 = pod("p2");
        ConsumerTemplate second = p2.createConsumerTemplate();
        assertThat(second.receiveNoWait("qbull:ORDERS")).isNull();

        first.stop();
        Exchange polled = receive(second);

        assertThat(run(polled)).isEqualTo("x1");
        second.doneUoW(polled);
        await().until(() -> undone() == 0);
    }

    @Test
    void a_template_can_be_stopped_before_what_it_received_has_ended() throws Exception {
        CamelContext pod = pod("p1");
        ConsumerTemplate template = pod.createConsumerTemplate();
        send(pod, "k", "x");
        Exchange polled = receive(template);

        assertThat(CompletableFuture.runAsync(template::stop)).succeedsWithin(Patience.LIMIT);
        assertThat(undone()).isOne();
        pod.createConsumerTemplate().doneUoW(polled);

        await().until(() -> undone() == 0);
        await().until(() -> {
            SharedNode node = node(pod);
            return node == null || !node.node().status().consuming();
        });
        assertThat(receiveFromFresh(pod)).isEqualTo("y1");
    }

    private static String receiveFromFresh(CamelContext pod) {
        send(pod, "k", "y");
        ConsumerTemplate fresh = pod.createConsumerTemplate();
        Exchange polled = receive(fresh);
        fresh.doneUoW(polled);
        return run(polled);
    }

    @Test
    void a_queue_is_polled_with_one_set_of_options() throws Exception {
        CamelContext pod = pod("p1");
        pod.createConsumerTemplate().receiveNoWait("qbull:ORDERS?maxAttempts=7");

        assertThatThrownBy(() -> pod.createConsumerTemplate().receiveNoWait("qbull:ORDERS?maxAttempts=8"))
                .hasStackTraceContaining("must have the consumer options of");
    }
}
