package io.qbull.component;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Attempts;
import io.qbull.model.Job;
import io.qbull.model.JobId;
import io.qbull.model.StreamId;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.AsyncProcessorSupport;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When and how a job ends: the table of docs/component.md. */
class JobAckTest extends QbullTestSupport {
    private static final String BOOM = "failed: IllegalStateException: boom";

    private final CountDownLatch gate = new CountDownLatch(1);
    private final CompletableFuture<Message> seen = new CompletableFuture<>();
    private final CompletableFuture<AsyncCallback> parked = new CompletableFuture<>();
    private final CompletableFuture<Exchange> parkedExchange = new CompletableFuture<>();

    @Override
    protected RoutesBuilder createRouteBuilder() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("qbull:COMPLETE").process(e -> seen.complete(e.getMessage().copy()));
                from("qbull:STOP").stop().throwException(new IllegalStateException("boom"));
                from("qbull:THROW").throwException(new IllegalStateException("boom"));
                from("qbull:RETRIED")
                        .errorHandler(
                                defaultErrorHandler().maximumRedeliveries(2).redeliveryDelay(0))
                        .throwException(new IllegalStateException("boom"));
                from("qbull:HANDLED")
                        .onException(IllegalStateException.class)
                        .handled(true)
                        .end()
                        .throwException(new IllegalStateException("boom"));
                from("qbull:CONTINUED")
                        .onException(IllegalStateException.class)
                        .continued(true)
                        .end()
                        .throwException(new IllegalStateException("boom"));
                from("qbull:CAUGHT")
                        .doTry()
                        .throwException(new IllegalStateException("boom"))
                        .doCatch(Exception.class)
                        .log("caught")
                        .end();
                from("qbull:DEADLETTER")
                        .errorHandler(deadLetterChannel("mock:dead"))
                        .throwException(new IllegalStateException("boom"));
                from("qbull:ROLLBACK").rollback("boom");
                from("qbull:ROLLBACKONLY").markRollbackOnly();
                from("qbull:ROLLBACKONLYLAST").markRollbackOnlyLast();
                from("qbull:HANDLEDROLLBACK")
                        .onException(IllegalStateException.class)
                        .handled(true)
                        .markRollbackOnly()
                        .end()
                        .throwException(new IllegalStateException("boom"));
                from("qbull:LINES").throwException(new IllegalStateException("one\ntwo"));

                from("qbull:SEDA").to("seda:work?pollTimeout=50");
                from("seda:work?pollTimeout=50").process(e -> gate.await()).process(JobAckTest::failIfAsked);
                from("qbull:THREADS").threads(2).process(e -> gate.await()).process(JobAckTest::failIfAsked);
                from("qbull:DIRECT").to("direct:work");
                from("direct:work").process(e -> gate.await()).process(JobAckTest::failIfAsked);
                from("qbull:WIRETAP").wireTap("direct:tapped");
                from("direct:tapped").process(e -> gate.await());
                from("qbull:ASYNC").process(new AsyncProcessorSupport() {
                    @Override
                    public boolean process(Exchange exchange, AsyncCallback callback) {
                        parkedExchange.complete(exchange);
                        parked.complete(callback);
                        return false;
                    }
                });
            }
        };
    }

    private static void failIfAsked(Exchange exchange) {
        if (exchange.getMessage().getBody(String.class).equals("fail")) {
            throw new IllegalStateException("boom");
        }
    }

    @AfterEach
    void openGate() {
        gate.countDown();
    }

    private FakeNode node(String queue) {
        return nodes.stream()
                .filter(node -> node.identity.queue().value().equals(queue))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({
        "COMPLETE,         completed",
        "STOP,             completed",
        "HANDLED,          completed",
        "CONTINUED,        completed",
        "CAUGHT,           completed",
        "DEADLETTER,       completed",
        "THROW,            " + BOOM,
        "RETRIED,          " + BOOM,
        "ROLLBACK,         failed: RollbackExchangeException: boom",
        "ROLLBACKONLY,     failed: marked rollback-only",
        "ROLLBACKONLYLAST, failed: marked rollback-only",
        "HANDLEDROLLBACK,  failed: marked rollback-only: IllegalStateException: boom",
        "LINES,            failed: IllegalStateException: one?two"
    })
    void a_job_ends_as_its_exchange_ends(String queue, String end) {
        FakeNode.Run run = node(queue).deliver("j1", "x");

        Awaitility.await().until(run.end::isDone);
        assertThat(run.end.join()).startsWith(end);
        assertThat(run.calls).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SEDA", "THREADS", "DIRECT"})
    void a_job_that_goes_on_elsewhere_ends_there(String queue) throws Exception {
        FakeNode.Run good = node(queue).deliver("j1", "x");
        // The consumer's own call has returned once its worker takes the next job.
        FakeNode.Run bad = node(queue).deliver("j2", "fail");
        assertThat(good.end).isNotDone();
        assertThat(bad.end).isNotDone();

        gate.countDown();

        assertEnds(good, "completed");
        assertEnds(bad, BOOM);
    }

    @Test
    void an_asynchronous_processor_ends_the_job_when_it_calls_back() throws Exception {
        FakeNode.Run run = node("ASYNC").deliver("j1", "x");
        AsyncCallback callback = parked.get(10, TimeUnit.SECONDS);
        assertThat(run.end).isNotDone();

        parkedExchange.join().setException(new IllegalStateException("boom"));
        callback.done(false);

        assertEnds(run, BOOM);
    }

    @Test
    void a_wire_tap_does_not_hold_back_the_job() {
        FakeNode.Run run = node("WIRETAP").deliver("j1", "x");

        assertEnds(run, "completed");
        assertThat(gate.getCount()).isOne();
    }

    @Test
    void the_message_tells_all_about_the_job() {
        Job job = new Job(
                new StreamId(1700, 1),
                new JobId("j1"),
                "57320",
                1_700_000_000_123L,
                "hello".getBytes(StandardCharsets.UTF_8),
                "text/plain",
                Map.of("traceparent", "00-1"),
                new Attempts(1, 0));

        assertEnds(node("COMPLETE").deliver(job, 2), "completed");

        assertThat(seen.join().getBody()).isInstanceOf(byte[].class);
        assertThat(seen.join().getBody(String.class)).isEqualTo("hello");
        assertThat(seen.join().getHeaders())
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("CamelQbullKey", "57320"),
                        Map.entry("CamelQbullJobId", "j1"),
                        Map.entry("CamelQbullQueue", "COMPLETE"),
                        Map.entry("CamelQbullPartition", 3),
                        Map.entry("CamelQbullEpoch", 42L),
                        Map.entry("CamelQbullAttempt", 2),
                        Map.entry("CamelQbullEnqueuedAt", 1_700_000_000_123L),
                        Map.entry("CamelQbullStreamId", "1700-1"),
                        Map.entry("CamelMessageTimestamp", 1_700_000_000_123L),
                        Map.entry("Content-Type", "text/plain"),
                        Map.entry("traceparent", "00-1")));
    }

    @Test
    void headers_from_the_stream_cannot_steer_the_route() {
        Map<String, Object> evil = Map.of(
                "CamelFileName", "x",
                "camelFileName2", "x",
                "CAMELHttpUri", "x",
                "cAmElQbullKey", "evil",
                "CamelQbullEpoch", 1,
                "Org.Apache.Camel.y", "x",
                "content-type", "evil",
                "ok", 1);

        assertEnds(node("COMPLETE").deliver(FakeNode.job("j1", "x", evil), 1), "completed");

        assertThat(seen.join().getHeader("CamelQbullKey")).isEqualTo("key-1");
        assertThat(seen.join().getHeader("CamelQbullEpoch")).isEqualTo(42L);
        assertThat(seen.join().getHeaders())
                .containsEntry("ok", 1)
                .doesNotContainKeys("CamelFileName", "camelFileName2", "CAMELHttpUri", "Org.Apache.Camel.y");
    }

    @Test
    void a_foreign_entry_is_a_map() {
        byte[] value = {1, 2};

        assertEnds(node("COMPLETE").deliver("1700-1", Map.of("field", value)), "completed");

        assertThat(seen.join().getBody())
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsExactly(Map.entry("field", value));
    }
}
