package io.qbull.component;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Failure;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.AsyncProcessorSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * When and how a job ends: the table of docs/component.md, whose rows have the names of these queues; the rows that need Redis are in
 * {@link QbullRedisTest}.
 */
class FailureTruthTableTest extends QbullTestSupport {
    private static final String BOOM = "failed: IllegalStateException: boom";

    private final CountDownLatch gate = new CountDownLatch(1);
    private final CompletableFuture<AsyncCallback> parked = new CompletableFuture<>();
    private final CompletableFuture<Exchange> parkedExchange = new CompletableFuture<>();

    @Override
    protected RoutesBuilder createRouteBuilder() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("qbull:COMPLETE").to("mock:out");
                from("qbull:STOP").stop().throwException(new IllegalStateException("boom"));
                from("qbull:THROW").throwException(new IllegalStateException("boom"));
                from("qbull:RETRIED")
                        .errorHandler(
                                defaultErrorHandler().maximumRedeliveries(2).redeliveryDelay(0))
                        .throwException(new IllegalStateException("boom"));
                from("qbull:REDELIVERED")
                        .errorHandler(
                                defaultErrorHandler().maximumRedeliveries(1).redeliveryDelay(0))
                        .process(FailureTruthTableTest::failAtFirst);
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

                from("qbull:RETRYON?retryOn=java.io.IOException,java.lang.NullPointerException")
                        .process(FailureTruthTableTest::failAsAsked);
                from("qbull:BURYON?buryOn=java.io.IOException").process(FailureTruthTableTest::failAsAsked);
                from("qbull:BOTH?buryOn=java.io.FileNotFoundException&retryOn=java.io.IOException")
                        .process(FailureTruthTableTest::failAsAsked);
                from("qbull:RETRYONROLLBACK?retryOn=java.io.IOException").markRollbackOnly();

                from("qbull:SEDA").to("seda:work?pollTimeout=50");
                from("seda:work?pollTimeout=50").process(e -> gate.await()).process(FailureTruthTableTest::failIfAsked);
                from("qbull:THREADS").threads(2).process(e -> gate.await()).process(FailureTruthTableTest::failIfAsked);
                from("qbull:DIRECT").to("direct:work");
                from("direct:work").process(e -> gate.await()).process(FailureTruthTableTest::failIfAsked);
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

    private static void failAtFirst(Exchange exchange) {
        if (exchange.getMessage().getHeader(Exchange.REDELIVERY_COUNTER) == null) {
            throw new IllegalStateException("boom");
        }
    }

    private static void failAsAsked(Exchange exchange) throws Exception {
        throw switch (exchange.getMessage().getBody(String.class)) {
            case "class" -> new IOException("boom");
            case "subclass" -> new FileNotFoundException("boom");
            case "cause" -> new IllegalStateException(new RuntimeException(new IOException("boom")));
            case "second" -> new NullPointerException("boom");
            default -> new IllegalStateException("boom");
        };
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
        "REDELIVERED,      completed",
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
    @CsvSource({
        "THROW,   any,      RETRY",
        "RETRYON, class,    PASSES",
        "RETRYON, subclass, PASSES",
        "RETRYON, cause,    PASSES",
        "RETRYON, second,   PASSES",
        "RETRYON, other,    RETRY",
        "BURYON,  class,    BURY",
        "BURYON,  subclass, BURY",
        "BURYON,  cause,    BURY",
        "BURYON,  other,    RETRY",
        "BOTH,    subclass, BURY",
        "BOTH,    class,    PASSES",
        "BOTH,    other,    RETRY",
        "RETRYONROLLBACK, any, RETRY"
    })
    void the_class_of_the_failure_decides_whether_the_job_is_retried(String queue, String body, Failure.Course course) {
        FakeNode.Run run = node(queue).deliver("j1", body);

        Awaitility.await().until(run.end::isDone);
        assertThat(run.failure).isNotNull().extracting(Failure::course).isEqualTo(course);
    }

    @Test
    void the_class_of_the_failure_is_told() {
        FakeNode.Run run = node("RETRYON").deliver("j1", "subclass");

        Awaitility.await().until(run.end::isDone);
        assertThat(run.failure)
                .isEqualTo(new Failure(
                        "FileNotFoundException: boom",
                        "java.io.FileNotFoundException",
                        Failure.Course.PASSES,
                        "FileNotFoundException",
                        null));
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
}
