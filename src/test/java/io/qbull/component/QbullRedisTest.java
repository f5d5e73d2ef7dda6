package io.qbull.component;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.component.node.SharedNode;
import io.qbull.model.EnqueueException;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.testing.HeldSet;
import io.qbull.testing.Patience;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.SynchronizationAdapter;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The component with its engine on a real server; two contexts stand for two pods. */
@Tag("redis")
class QbullRedisTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final int PARTITIONS = 4;

    private final List<CamelContext> contexts = new ArrayList<>();
    private final CountDownLatch gate = new CountDownLatch(1);

    @AfterEach
    void stopAll() {
        gate.countDown();
        contexts.forEach(CamelContext::stop);
    }

    private static ConditionFactory await() {
        return Awaitility.await();
    }

    /** Starts a pod whose consumer route, if any, is named {@code orders}. */
    private CamelContext pod(String name, RouteBuilder routes) throws Exception {
        CamelContext context = new DefaultCamelContext();
        contexts.add(context);
        QbullComponent component = new QbullComponent();
        QbullConfiguration options = component.getConfiguration();
        options.setRedisUri(REDIS.server().uri());
        options.setPodId(name);
        options.setPartitions(PARTITIONS);
        options.setLeaseTtl(Duration.ofSeconds(1));
        options.setBackoff(Duration.ofMillis(20));
        options.setMaxAttempts(3);
        options.setEnqueueTimeout(Duration.ofSeconds(2));
        context.addComponent("qbull", component);
        context.addRoutes(routes);
        context.start();
        return context;
    }

    private static RouteBuilder consumer(Processor processor) {
        return consumer("qbull:ORDERS", processor);
    }

    private static RouteBuilder consumer(String uri, Processor processor) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from(uri).routeId("orders").process(processor);
            }
        };
    }

    private static Exchange send(CamelContext context, String key, String body, Map<String, Object> headers) {
        ProducerTemplate template = context.createProducerTemplate();
        return template.request("qbull:ORDERS", exchange -> {
            exchange.getMessage().setBody(body);
            exchange.getMessage().setHeaders(new HashMap<>(headers));
            exchange.getMessage().setHeader(QbullConstants.KEY, key);
        });
    }

    private static long inAll(String pattern) {
        try (Resp resp = REDIS.server().connect()) {
            return IntStream.range(0, PARTITIONS)
                    .mapToLong(p -> resp.number("XLEN", pattern.formatted(p)))
                    .sum();
        }
    }

    private static long seconds(Resp clock) {
        return clock.number("EVAL", "return tonumber(redis.call('TIME')[1])", "0");
    }

    private static long backlog() {
        return inAll("ORDERS:%d");
    }

    private static int owned(CamelContext context) {
        SharedNode shared = ordersConsumer(context).shared();
        return shared == null ? 0 : shared.node().status().owned().size();
    }

    @Test
    void jobs_of_a_key_run_in_order_and_leave_the_queue() throws Exception {
        Map<String, List<String>> ran = new ConcurrentHashMap<>();
        CamelContext pod = pod(
                "p1",
                consumer(exchange -> ran.computeIfAbsent(
                                exchange.getMessage().getHeader(QbullConstants.KEY, String.class),
                                key -> new CopyOnWriteArrayList<>())
                        .add(exchange.getMessage().getBody(String.class))));

        List<CompletableFuture<?>> sent = new ArrayList<>();
        for (int key = 0; key < 8; key++) {
            String name = "key-" + key;
            sent.add(CompletableFuture.runAsync(() -> IntStream.range(0, 25)
                    .forEach(n -> assertThat(send(pod, name, "n" + n, Map.of()).getException())
                            .isNull())));
        }
        CompletableFuture.allOf(sent.toArray(new CompletableFuture<?>[0])).join();

        List<String> expected = IntStream.range(0, 25).mapToObj(n -> "n" + n).toList();
        await().until(() -> ran.values().stream().mapToInt(List::size).sum() == 200);
        assertThat(ran)
                .hasSize(8)
                .allSatisfy((key, bodies) -> assertThat(bodies).isEqualTo(expected));
        await().until(() -> backlog() == 0);
    }

    @Test
    void the_consumer_gets_what_the_producer_answered() throws Exception {
        CompletableFuture<Map<String, Object>> seen = new CompletableFuture<>();
        CamelContext pod = pod(
                "p1",
                consumer(exchange -> seen.complete(
                        new ConcurrentHashMap<>(exchange.getMessage().getHeaders()))));

        Map<String, Object> answer = send(
                        pod,
                        "57320",
                        "hello",
                        Map.of("traceparent", "00-1", "Content-Type", "text/plain", "Authorization2", 7))
                .getMessage()
                .getHeaders();

        assertThat(seen).succeedsWithin(Patience.LIMIT);
        assertThat(seen.join())
                .containsEntry("traceparent", "00-1")
                .containsEntry("Content-Type", "text/plain")
                .containsEntry("Authorization2", 7)
                .containsEntry("CamelQbullKey", "57320")
                .containsEntry("CamelQbullAttempt", 1);
        for (String same : List.of("JobId", "Queue", "Partition", "StreamId")) {
            assertThat(seen.join().get("CamelQbull" + same)).as(same).isEqualTo(answer.get("CamelQbull" + same));
        }
        assertThat(answer).containsEntry("CamelQbullDuplicate", false);
    }

    @Test
    void a_job_id_of_the_caller_is_added_once() throws Exception {
        CamelContext pod = pod("p1", new RouteBuilder() {
            @Override
            public void configure() {}
        });

        Exchange first = send(pod, "k", "x", Map.of(QbullConstants.JOB_ID, "order-7"));
        Exchange second = send(pod, "k", "x", Map.of(QbullConstants.JOB_ID, "order-7"));

        assertThat(first.getMessage().getHeader(QbullConstants.DUPLICATE)).isEqualTo(false);
        assertThat(second.getMessage().getHeader(QbullConstants.DUPLICATE)).isEqualTo(true);
        assertThat(backlog()).isOne();
    }

    @Test
    void a_failing_job_keeps_its_key_waiting_and_is_finally_buried() throws Exception {
        List<String> ran = new CopyOnWriteArrayList<>();
        CamelContext pod = pod("p1", consumer(exchange -> {
            String body = exchange.getMessage().getBody(String.class);
            ran.add(body + exchange.getMessage().getHeader(QbullConstants.ATTEMPT));
            if (body.equals("bad")) {
                throw new IllegalStateException("boom");
            }
        }));

        send(pod, "k", "bad", Map.of());
        send(pod, "k", "good", Map.of());

        await().until(() -> backlog() == 0);
        assertThat(ran).containsExactly("bad1", "bad2", "bad3", "good1");
        assertThat(inAll("{ORDERS:%d}:dead")).isOne();
    }

    @Test
    void an_asynchronous_job_longer_than_the_lease_stays_until_its_end_and_runs_once() throws Exception {
        List<String> ran = new CopyOnWriteArrayList<>();
        CamelContext pod = pod("p1", new RouteBuilder() {
            @Override
            public void configure() {
                from("qbull:ORDERS").routeId("orders").to("seda:work?pollTimeout=50");
                from("seda:work?pollTimeout=50").process(exchange -> {
                    ran.add(exchange.getMessage().getHeader(QbullConstants.EPOCH, String.class));
                    gate.await();
                });
            }
        });
        send(pod, "k", "x", Map.of());
        await().until(() -> !ran.isEmpty());

        // Three lives of a lease, seen from the server's clock.
        Resp clock = REDIS.resp();
        long until = seconds(clock) + 4;
        await().until(() -> seconds(clock) >= until);
        assertThat(backlog()).isOne();
        gate.countDown();

        await().until(() -> backlog() == 0);
        assertThat(ran).hasSize(1);
    }

    @Test
    void a_suspended_pod_hands_over_its_partitions_and_takes_them_again() throws Exception {
        List<String> first = new CopyOnWriteArrayList<>();
        List<String> second = new CopyOnWriteArrayList<>();
        CamelContext p1 = pod("p1", consumer(e -> first.add(e.getMessage().getBody(String.class))));
        await().until(() -> owned(p1) == PARTITIONS);
        CamelContext p2 = pod("p2", consumer(e -> second.add(e.getMessage().getBody(String.class))));

        p1.getRouteController().suspendRoute("orders");
        await().until(() -> owned(p2) == PARTITIONS);
        assertThat(owned(p1)).isZero();
        for (int key = 0; key < 10; key++) {
            send(p1, "k" + key, "b" + key, Map.of());
        }
        await().until(() -> second.size() == 10);

        p1.getRouteController().resumeRoute("orders");
        p2.getRouteController().stopRoute("orders");
        await().until(() -> owned(p1) == PARTITIONS);
        send(p2, "k", "again", Map.of());
        await().until(() -> first.equals(List.of("again")));
    }

    @Test
    void a_pod_starts_without_redis_says_so_and_works_once_redis_is_there() throws Exception {
        REDIS.server().kill();
        List<String> ran = new CopyOnWriteArrayList<>();
        CamelContext pod = pod("p1", consumer(e -> ran.add(e.getMessage().getBody(String.class))));
        HealthCheck health = ordersConsumer(pod).getHealthCheck();

        await().until(() -> health.call().getState() == HealthCheck.State.DOWN);
        assertThat(send(pod, "k", "x", Map.of()).getException(EnqueueException.class))
                .extracting(EnqueueException::kind)
                .isIn(EnqueueException.Kind.UNAVAILABLE, EnqueueException.Kind.UNKNOWN);

        REDIS.server().restart();

        await().until(() -> owned(pod) == PARTITIONS);
        await().until(() -> health.call().getState() == HealthCheck.State.UP);
        await().until(() -> send(pod, "k", "hello", Map.of()).getException() == null);
        await().until(() -> ran.contains("hello"));
    }

    @Test
    void a_stop_with_a_job_in_flight_loses_and_repeats_nothing() throws Exception {
        List<String> ran = new CopyOnWriteArrayList<>();
        CamelContext p1 = pod("p1", consumer(exchange -> {
            ran.add(exchange.getMessage().getBody(String.class));
            gate.await();
        }));
        for (int n = 0; n < 5; n++) {
            send(p1, "k", "n" + n, Map.of());
        }
        await().until(() -> ran.size() == 1);
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(p1::stop);
        await().until(() -> p1.getStatus().isStopping());
        gate.countDown();
        assertThat(stopped).succeedsWithin(Patience.LIMIT);
        assertThat(backlog()).isEqualTo(5 - ran.size());

        pod("p2", consumer(exchange -> ran.add(exchange.getMessage().getBody(String.class))));

        await().until(() -> backlog() == 0);
        assertThat(ran).containsExactly("n0", "n1", "n2", "n3", "n4");
    }

    @Test
    void a_blocking_job_over_its_time_is_interrupted_and_retried_while_others_continue() throws Exception {
        List<String> ran = new CopyOnWriteArrayList<>();
        CountDownLatch interrupted = new CountDownLatch(1);
        CamelContext pod = pod("p1", consumer("qbull:ORDERS?jobTimeout=500ms&backoff=200ms", exchange -> {
            ran.add(run(exchange));
            if (run(exchange).equals("slow1")) {
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    interrupted.countDown();
                    throw e;
                }
            }
        }));

        // One partition: the second key is behind the first.
        send(pod, "k", "slow", Map.of());
        send(pod, "k", "next", Map.of());
        send(pod, keyBeside("k"), "other", Map.of());

        await().until(() -> backlog() == 0 && held() == 0);
        assertThat(ran).containsExactly("slow1", "other1", "slow2", "next1");
        assertThat(interrupted.getCount()).isZero();
    }

    @Test
    void uninterruptible_jobs_over_their_time_starve_no_partition() throws Exception {
        List<String> ran = new CopyOnWriteArrayList<>();
        CamelContext pod = pod("p1", consumer("qbull:ORDERS?jobTimeout=200ms&maxAttempts=1", exchange -> {
            ran.add(run(exchange));
            if (run(exchange).startsWith("stuck")) {
                ignoreInterrupts();
            }
        }));
        for (int key = 0; key < 20; key++) {
            send(pod, "k" + key, "stuck", Map.of());
            send(pod, "k" + key, "good", Map.of());
        }

        await().until(() -> backlog() == 0);
        assertThat(ran).hasSize(40).filteredOn("good1"::equals).hasSize(20);
        assertThat(inAll("{ORDERS:%d}:dead")).isEqualTo(20);
    }

    @Test
    void an_asynchronous_job_over_its_time_is_retried_and_its_late_end_ignored() throws Exception {
        List<String> ran = new CopyOnWriteArrayList<>();
        CountDownLatch lateEnd = new CountDownLatch(1);
        CamelContext pod = pod("p1", new RouteBuilder() {
            @Override
            public void configure() {
                from("qbull:ORDERS?jobTimeout=300ms&maxAttempts=2")
                        .routeId("orders")
                        .to("seda:work?pollTimeout=50");
                from("seda:work?pollTimeout=50&concurrentConsumers=3").process(exchange -> {
                    ran.add(run(exchange));
                    if (run(exchange).startsWith("slow")) {
                        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
                            @Override
                            public void onDone(Exchange done) {
                                lateEnd.countDown();
                            }
                        });
                        gate.await();
                    }
                });
            }
        });
        send(pod, "k", "slow", Map.of());
        send(pod, "k", "next", Map.of());

        await().until(() -> backlog() == 0 && held() == 0);
        assertThat(ran).containsExactly("slow1", "slow2", "next1");
        gate.countDown();
        assertThat(lateEnd.await(30, TimeUnit.SECONDS)).isTrue();
        send(pod, "k", "last", Map.of());
        await().until(() -> ran.contains("last1"));
        assertThat(inAll("{ORDERS:%d}:dead")).isOne();
    }

    @Test
    void a_failure_that_buryOn_names_buries_the_job_although_its_key_would_be_held() throws Exception {
        List<String> ran = new CopyOnWriteArrayList<>();
        CamelContext pod = pod(
                "p1",
                consumer("qbull:ORDERS?whenExhausted=hold-key&buryOn=java.lang.IllegalStateException", exchange -> {
                    ran.add(run(exchange));
                    if (run(exchange).startsWith("bad")) {
                        throw new IllegalStateException("boom");
                    }
                }));
        send(pod, "k", "bad", Map.of());
        send(pod, "k", "good", Map.of());

        await().until(() -> backlog() == 0 && held() == 0);
        assertThat(ran).containsExactly("bad1", "good1");
        assertThat(inAll("{ORDERS:%d}:dead")).isOne();
    }

    @Test
    void a_failure_that_no_rule_knows_holds_the_key_when_no_attempt_is_left() throws Exception {
        List<String> ran = new CopyOnWriteArrayList<>();
        CamelContext pod = pod("p1", consumer("qbull:ORDERS?whenExhausted=hold-key&maxAttempts=1", exchange -> {
            ran.add(run(exchange));
            if (run(exchange).startsWith("bad")) {
                throw new IllegalStateException("boom");
            }
        }));
        send(pod, "k", "bad", Map.of());
        await().until(() -> held() == 1);
        send(pod, "k", "behind", Map.of());
        send(pod, keyBeside("k"), "other", Map.of());

        await().until(() -> ran.contains("other1"));
        assertThat(ran).containsExactly("bad1", "other1");
        assertThat(inAll("{ORDERS:%d}:dead")).isZero();
    }

    @Test
    void the_result_of_a_job_whose_lease_was_lost_is_ignored() throws Exception {
        List<Map<String, Object>> ran = new CopyOnWriteArrayList<>();
        CamelContext pod = pod("p1", consumer(exchange -> {
            ran.add(Map.copyOf(exchange.getMessage().getHeaders()));
            gate.await();
        }));
        send(pod, "k", "x", Map.of());
        await().until(() -> !ran.isEmpty());

        Object partition = ran.get(0).get(QbullConstants.PARTITION);
        try (Resp resp = REDIS.server().connect()) {
            resp.call("HSET", "{ORDERS:" + partition + "}:lease", "owner", "thief#1", "expires", "1");
        }
        assertThat(backlog()).isOne();
        gate.countDown();

        await().until(() -> backlog() == 0);
        assertThat(ran).hasSize(2);
        assertThat(ran)
                .extracting(headers -> headers.get(QbullConstants.ATTEMPT))
                .containsExactly(1, 1);
        assertThat((Long) ran.get(1).get(QbullConstants.EPOCH))
                .isGreaterThan((Long) ran.get(0).get(QbullConstants.EPOCH));
    }

    @Test
    void a_job_that_outlives_the_drain_runs_again_on_the_next_pod_uncounted() throws Exception {
        List<String> ran = new CopyOnWriteArrayList<>();
        CamelContext p1 = pod("p1", consumer("qbull:ORDERS?drainTimeout=100ms", exchange -> {
            ran.add(run(exchange));
            gate.await();
        }));
        send(p1, "k", "x", Map.of());
        await().until(() -> !ran.isEmpty());
        QbullConsumer consumer = ordersConsumer(p1);
        p1.getShutdownStrategy().setTimeout(1);
        p1.stop();
        assertThat(consumer.abandonedJobs()).isOne();
        assertThat(backlog()).isOne();
        gate.countDown();

        pod("p2", consumer(exchange -> ran.add(run(exchange))));

        await().until(() -> backlog() == 0);
        assertThat(ran).containsExactly("x1", "x1");
    }

    @Test
    void a_job_that_outlives_camels_shutdown_timeout_runs_elsewhere_uncounted() throws Exception {
        List<String> ran = new CopyOnWriteArrayList<>();
        CamelContext p1 = pod("p1", consumer("qbull:ORDERS?drainTimeout=1h", exchange -> {
            ran.add(run(exchange));
            gate.await();
        }));
        send(p1, "k", "x", Map.of());
        await().until(() -> !ran.isEmpty());
        QbullConsumer consumer = ordersConsumer(p1);
        p1.getShutdownStrategy().setTimeout(1);
        assertThat(CompletableFuture.runAsync(p1::stop)).succeedsWithin(Patience.LIMIT);
        assertThat(consumer.abandonedJobs()).isOne();
        assertThat(backlog()).isOne();

        pod("p2", consumer(exchange -> ran.add(run(exchange))));

        await().until(() -> backlog() == 0);
        assertThat(ran).containsExactly("x1", "x1");
    }

    @Test
    void a_stop_does_not_abandon_a_job_that_had_exceeded_its_time() throws Exception {
        CamelContext pod =
                pod("p1", consumer("qbull:ORDERS?jobTimeout=200ms&maxAttempts=1", exchange -> ignoreInterrupts()));
        send(pod, "k", "stuck", Map.of());
        await().until(() -> backlog() == 0 && inAll("{ORDERS:%d}:dead") == 1);
        QbullConsumer consumer = ordersConsumer(pod);
        pod.getShutdownStrategy().setTimeout(1);
        pod.stop();
        assertThat(consumer.abandonedJobs()).isZero();
    }

    /** Until the gate opens. A flag that stayed set would make it spin, and other jobs exceed their time. */
    private void ignoreInterrupts() {
        while (gate.getCount() > 0) {
            LockSupport.parkNanos(1_000_000);
            Thread.interrupted();
        }
    }

    private static QbullConsumer ordersConsumer(CamelContext pod) {
        return (QbullConsumer) pod.getRoute("orders").getConsumer();
    }

    /** Body and attempt. */
    private static String run(Exchange exchange) {
        return exchange.getMessage().getBody(String.class)
                + exchange.getMessage().getHeader(QbullConstants.ATTEMPT);
    }

    /** Another key of the same partition. */
    private static String keyBeside(String key) {
        Layout layout = new Layout(1, PARTITIONS);
        int partition = layout.indexOf(KeyHash.XXH64, key);
        return IntStream.range(0, 1_000)
                .mapToObj(n -> "beside-" + n)
                .filter(other -> layout.indexOf(KeyHash.XXH64, other) == partition)
                .findFirst()
                .orElseThrow();
    }

    private static long held() {
        try (Resp resp = REDIS.server().connect()) {
            return IntStream.range(0, PARTITIONS)
                    .mapToLong(p -> HeldSet.count(resp, "{ORDERS:%d}:held:jobs".formatted(p)))
                    .sum();
        }
    }
}
