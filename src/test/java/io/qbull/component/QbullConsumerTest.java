package io.qbull.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.qbull.testing.CapturedLog;
import io.qbull.testing.Patience;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.apache.camel.ServiceStatus;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.throttling.ThrottlingExceptionRoutePolicy;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QbullConsumerTest extends QbullTestSupport {
    private final CountDownLatch gate = new CountDownLatch(1);

    @Override
    protected RouteBuilder createRouteBuilder() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("qbull:ORDERS?leaseTtl=3s&partitions=8&drainTimeout=1h")
                        .routeId("orders")
                        .process(e -> gate.await());
                from("direct:in").routeId("in").to("qbull:ORDERS");
            }
        };
    }

    @AfterEach
    void openGate() {
        gate.countDown();
    }

    private QbullConsumer ordersConsumer() {
        return (QbullConsumer) context.getRoute("orders").getConsumer();
    }

    private static CompletableFuture<Void> async(Action action) {
        return CompletableFuture.runAsync(() -> {
            try {
                action.run();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** Something that Camel lets throw anything. */
    private interface Action {
        void run() throws Exception;
    }

    @Test
    void producer_and_consumer_share_a_node_that_fits_both() {
        assertThat(nodes).hasSize(1);
        assertThat(node().identity.partitions()).isEqualTo(8);
        assertThat(node().identity.partitionsGiven()).isTrue();
        assertThat(node().redis.commandTimeout()).isLessThan(Duration.ofSeconds(1));
        assertThat(node().consuming).isTrue();
        assertThat(node().consumptions.get(0).lease().leaseTtl()).hasSeconds(3);
    }

    @Test
    void suspend_waits_for_the_job_in_flight_and_resume_consumes_again() throws Exception {
        FakeNode.Run run = node().deliver("j1", "x");
        CompletableFuture<Void> suspended =
                async(() -> context.getRouteController().suspendRoute("orders"));
        Awaitility.await().until(() -> !node().consuming);
        assertThat(suspended).isNotDone();
        assertThat(ordersConsumer().getPendingExchangesSize()).isOne();

        gate.countDown();

        assertThat(suspended).succeedsWithin(Patience.LIMIT);
        assertEnds(run, "completed");
        assertThat(ordersConsumer().getPendingExchangesSize()).isZero();

        context.getRouteController().resumeRoute("orders");
        assertThat(node().consuming).isTrue();
        assertThat(nodes).hasSize(1);
    }

    @Test
    void a_policy_can_suspend_the_route_on_the_thread_of_a_job() throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                ThrottlingExceptionRoutePolicy breaker = new ThrottlingExceptionRoutePolicy(1, 60_000, 60_000, null);
                from("qbull:CALLS?drainTimeout=1h")
                        .routeId("calls")
                        .routePolicy(breaker)
                        .throwException(new IllegalStateException("down"));
            }
        });
        FakeNode calls = node();

        assertEnds(calls.deliver("j1", "x"), "failed: IllegalStateException: down");

        Awaitility.await().until(() -> !calls.consuming);
    }

    @Test
    void stop_waits_for_the_job_in_flight_and_leaves_the_producers_node_open() throws Exception {
        FakeNode.Run run = node().deliver("j1", "x");
        CompletableFuture<Void> stopped =
                async(() -> context.getRouteController().stopRoute("orders"));
        Awaitility.await().until(() -> !node().consuming);
        assertThat(run.end).isNotDone();

        gate.countDown();

        assertThat(stopped).succeedsWithin(Patience.LIMIT);
        assertEnds(run, "completed");
        assertThat(node().closed).isFalse();

        context.getRouteController().startRoute("orders");
        assertThat(node().consuming).isTrue();
        assertThat(nodes).hasSize(1);
        context.getRouteController().stopRoute("orders");
        context.getRouteController().stopRoute("in");
    }

    @Test
    void a_context_that_stops_lets_the_job_in_flight_end_and_closes_the_node() {
        FakeNode.Run run = node().deliver("j1", "x");
        CompletableFuture<Void> stopped = async(context::stop);
        Awaitility.await().until(() -> !node().consuming);
        assertThat(run.end).isNotDone();

        gate.countDown();

        assertThat(stopped).succeedsWithin(Patience.LIMIT);
        assertEnds(run, "completed");
        assertThat(node().closed).isTrue();
    }

    @Test
    void a_context_past_its_timeout_abandons_the_job_in_flight() {
        FakeNode.Run run = node().deliver("j1", "x");
        QbullConsumer consumer = ordersConsumer();
        context.getShutdownStrategy().setTimeout(1);

        assertThat(async(context::stop)).succeedsWithin(Patience.LIMIT);

        assertThat(node().stopped).isTrue();
        assertThat(consumer.abandonedJobs()).isOne();
        assertEnds(run, "ignored");
    }

    @Test
    void an_interrupted_stop_abandons_the_job_in_flight_and_stays_interrupted() {
        node().deliver("j1", "x");

        Thread.currentThread().interrupt();
        ordersConsumer().stop();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(node().stopped).isTrue();
        assertThat(ordersConsumer().abandonedJobs()).isOne();
    }

    @Test
    void a_consumer_waits_for_no_job_in_a_forced_shutdown() {
        node().deliver("j1", "x");

        ordersConsumer().prepareShutdown(false, false);
        assertThat(node().stopped).isFalse();

        ordersConsumer().prepareShutdown(false, true);
        assertThat(node().stopped).isTrue();
    }

    @Test
    void the_start_warns_of_a_drain_that_camel_would_cut_short() throws Exception {
        context.getShutdownStrategy().setTimeout(8);
        try (CapturedLog log = new CapturedLog()) {
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("qbull:LONG?drainTimeout=8s").to("mock:out");
                    from("qbull:SHORT?drainTimeout=7s").to("mock:out");
                }
            });

            assertThat(log.warnings())
                    .singleElement()
                    .asString()
                    .startsWith("queue=LONG drainTimeout (PT8S) is not below Camel's shutdownTimeout (PT8S)");
        }
    }

    @Test
    void nothing_stays_behind_after_start_stop_start() throws Exception {
        context.getRouteController().stopRoute("in");
        for (int round = 0; round < 3; round++) {
            context.getRouteController().stopRoute("orders");
            context.getRouteController().startRoute("orders");
            assertThat(node().consuming).isTrue();
        }
        context.getRouteController().stopRoute("orders");
        context.stop();

        assertThat(nodes).allMatch(node -> node.closed);
        Awaitility.await()
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .extracting(Thread::getName)
                        .noneMatch(name -> name.contains(context.getName() + ")") && name.contains("qbull-")));
    }

    @Test
    void a_second_consumer_of_a_queue_is_refused() {
        assertThatThrownBy(() -> context.addRoutes(new RouteBuilder() {
                    @Override
                    public void configure() {
                        from("qbull:ORDERS?leaseTtl=3s&prefetch=1")
                                .routeId("second")
                                .to("mock:out");
                    }
                }))
                .hasStackTraceContaining("has a consumer in this context already, in route orders");
        assertThat(node().consuming).isTrue();
        assertThat(context.getRouteController().getRouteStatus("orders")).isEqualTo(ServiceStatus.Started);
    }

    @Test
    void endpoints_that_contradict_each_other_are_refused() {
        assertThatThrownBy(() -> template.send("qbull:ORDERS?partitions=4", new DefaultExchange(context)))
                .hasStackTraceContaining("partitions [4, 8] of queue=ORDERS");
    }

    @Test
    void an_endpoint_with_another_key_hash_is_told_so() {
        assertThatThrownBy(() -> template.send("qbull:ORDERS?keyHash=qbull-python", new DefaultExchange(context)))
                .hasStackTraceContaining("keyHash (qbull-python) must be xxh64, with which queue=ORDERS");
    }

    @Test
    void a_lease_shorter_than_the_open_connections_allow_is_refused() throws Exception {
        context.getRouteController().stopRoute("orders");

        assertThatThrownBy(() -> context.addRoutes(new RouteBuilder() {
                    @Override
                    public void configure() {
                        from("qbull:ORDERS?leaseTtl=1s").routeId("short").to("mock:out");
                    }
                }))
                .hasStackTraceContaining("leaseTtl (PT1S) must be at least PT3S");
    }
}
